export default {
  "way": "Qué hace un clic",
  "way.add": "Añadir",
  "way.take": "Quitar",
  "way.only": "Solo esto",
  "how.add": "Haz clic en algo para añadirlo, o traza un marco alrededor.",
  "alt.take": "Alt lo quita.",
  "how.take": "Haz clic en algo para quitarlo, o traza un marco alrededor.",
  "alt.add": "Alt lo añade.",
  "how.only": "Haz clic en lo que quieras conservar, o traza un marco alrededor.",
  "loading": "Cargando lo necesario para elegir…",
  "loading.of": "Cargando lo necesario para elegir: {{share}}",
  "picked": "Añadido.",
  "taken": "Quitado.",
  "nothing": "Ahí no se encontró nada."
}
