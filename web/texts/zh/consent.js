export default {
  "on": "照片可以发送给 {{name}}",
  "off": "照片不会发送给 {{name}}",
  "on.detail": "{{host}}，于 {{date}} 同意",
  "off.detail": "当本浏览器无法自行处理时，照片会发送到 {{host}}",
  "revoke": "撤回",
  "grant": "允许",
  "revoke.label": "撤回：向 {{name}} 发送照片",
  "grant.label": "允许：向 {{name}} 发送照片"
}
