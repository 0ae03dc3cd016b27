export default {
  "label": "去除背景",
  "drop": "把照片拖到这里",
  "or": "也可以粘贴，或者",
  "choose": "选择照片",
  "sample": "试试示例",
  "kinds": "支持 JPEG、PNG、WebP、HEIC 和 AVIF。照片不会离开本设备。",
  "needs_photo": "请选择一张照片。",
  "needs_result": "请等待背景去除完成。"
}
