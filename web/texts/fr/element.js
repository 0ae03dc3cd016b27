export default {
  "label": "Suppression d’arrière-plan",
  "drop": "Déposez une photo ici",
  "or": "ou collez-la, ou",
  "choose": "Choisir une photo",
  "sample": "Essayer l’exemple",
  "kinds": "JPEG, PNG, WebP, HEIC ou AVIF. Elle reste sur cet appareil.",
  "needs_photo": "Choisissez une photo.",
  "needs_result": "Attendez que l’arrière-plan soit supprimé."
}
