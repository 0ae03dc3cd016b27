export default {
  "on": "Las fotos se pueden enviar a {{name}}",
  "off": "Las fotos no se envían a {{name}}",
  "on.detail": "{{host}}, aceptado el {{date}}",
  "off.detail": "{{host}} las recibiría cuando este navegador no pueda hacer el trabajo",
  "revoke": "Retirar",
  "grant": "Permitir",
  "revoke.label": "Retirar: fotos a {{name}}",
  "grant.label": "Permitir: fotos a {{name}}"
}
