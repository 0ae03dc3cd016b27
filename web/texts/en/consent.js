export default {
  "on": "Photos may be sent to {{name}}",
  "off": "Photos are not sent to {{name}}",
  "on.detail": "{{host}}, agreed on {{date}}",
  "off.detail": "{{host}} would get them when this browser cannot do the work itself",
  "revoke": "Take back",
  "grant": "Allow",
  "revoke.label": "Take back: photos to {{name}}",
  "grant.label": "Allow: photos to {{name}}"
}
