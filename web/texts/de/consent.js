export default {
  "on": "Fotos dürfen an {{name}} gesendet werden",
  "off": "Fotos werden nicht an {{name}} gesendet",
  "on.detail": "{{host}}, erlaubt am {{date}}",
  "off.detail": "{{host}} bekäme sie, wenn dieser Browser die Arbeit nicht selbst tun kann",
  "revoke": "Zurücknehmen",
  "grant": "Erlauben",
  "revoke.label": "Zurücknehmen: Fotos an {{name}}",
  "grant.label": "Erlauben: Fotos an {{name}}"
}
