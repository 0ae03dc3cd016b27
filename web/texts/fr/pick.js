export default {
  "way": "Ce que fait un clic",
  "way.add": "Ajouter",
  "way.take": "Enlever",
  "way.only": "Seulement ceci",
  "how.add": "Cliquez sur un objet pour l’ajouter, ou tracez un cadre autour.",
  "alt.take": "Alt enlève.",
  "how.take": "Cliquez sur un objet pour l’enlever, ou tracez un cadre autour.",
  "alt.add": "Alt ajoute.",
  "how.only": "Cliquez sur ce qu’il faut garder, ou tracez un cadre autour.",
  "loading": "Chargement de ce qu’il faut pour choisir…",
  "loading.of": "Chargement de ce qu’il faut pour choisir : {{share}}",
  "picked": "Ajouté.",
  "taken": "Enlevé.",
  "nothing": "Rien n’a été trouvé à cet endroit."
}
