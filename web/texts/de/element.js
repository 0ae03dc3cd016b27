export default {
  "label": "Hintergrund entfernen",
  "drop": "Foto hierher ziehen",
  "or": "oder einfügen oder",
  "choose": "Foto auswählen",
  "sample": "Beispiel ansehen",
  "kinds": "JPEG, PNG, WebP, HEIC oder AVIF. Es bleibt auf diesem Gerät.",
  "needs_photo": "Bitte wähle ein Foto aus.",
  "needs_result": "Bitte warte, bis der Hintergrund entfernt ist."
}
