export default {
  "way": "点击的作用",
  "way.add": "加入",
  "way.take": "去掉",
  "way.only": "只留它",
  "how.add": "点击物体或拖框圈住它即可加入。",
  "alt.take": "按住 Alt 则去掉。",
  "how.take": "点击物体或拖框圈住它即可去掉。",
  "alt.add": "按住 Alt 则加入。",
  "how.only": "点击要保留的物体，或拖框圈住它。",
  "loading": "正在获取选取所需的内容…",
  "loading.of": "正在获取选取所需的内容：{{share}}",
  "picked": "已加入。",
  "taken": "已去掉。",
  "nothing": "那里没有找到物体。"
}
