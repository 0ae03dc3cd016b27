export default {
  "label": "Quitar el fondo",
  "drop": "Suelta una foto aquí",
  "or": "o pégala, o",
  "choose": "Elegir una foto",
  "sample": "Probar el ejemplo",
  "kinds": "JPEG, PNG, WebP, HEIC o AVIF. No sale de este dispositivo.",
  "needs_photo": "Elige una foto.",
  "needs_result": "Espera a que se quite el fondo."
}
