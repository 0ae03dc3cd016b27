export default {
  "label": "Background remover",
  "drop": "Drop a photo here",
  "or": "or paste it, or",
  "choose": "Choose a photo",
  "sample": "Try the sample",
  "kinds": "JPEG, PNG, WebP, HEIC or AVIF. It stays on this device.",
  "needs_photo": "Choose a photo.",
  "needs_result": "Wait until the background is removed."
}
