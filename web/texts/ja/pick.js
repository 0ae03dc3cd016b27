export default {
  "way": "クリックの動作",
  "way.add": "加える",
  "way.take": "除く",
  "way.only": "これだけ",
  "how.add": "物をクリックするか、枠で囲むと加わります。",
  "alt.take": "Alt で除きます。",
  "how.take": "物をクリックするか、枠で囲むと除かれます。",
  "alt.add": "Alt で加えます。",
  "how.only": "残したい物をクリックするか、枠で囲んでください。",
  "loading": "選ぶための準備をしています…",
  "loading.of": "選ぶための準備をしています: {{share}}",
  "picked": "加えました。",
  "taken": "除きました。",
  "nothing": "そこには何も見つかりませんでした。"
}
