export default {
  "label": "背景の削除",
  "drop": "ここに写真をドロップ",
  "or": "貼り付けもできます。または",
  "choose": "写真を選ぶ",
  "sample": "サンプルで試す",
  "kinds": "JPEG、PNG、WebP、HEIC、AVIF に対応。写真はこの端末の外に出ません。",
  "needs_photo": "写真を選んでください。",
  "needs_result": "背景の削除が終わるまでお待ちください。"
}
