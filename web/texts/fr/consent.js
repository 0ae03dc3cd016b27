export default {
  "on": "Les photos peuvent être envoyées à {{name}}",
  "off": "Les photos ne sont pas envoyées à {{name}}",
  "on.detail": "{{host}}, accepté le {{date}}",
  "off.detail": "{{host}} les recevrait si ce navigateur ne peut pas faire le travail lui-même",
  "revoke": "Retirer",
  "grant": "Autoriser",
  "revoke.label": "Retirer : photos à {{name}}",
  "grant.label": "Autoriser : photos à {{name}}"
}
