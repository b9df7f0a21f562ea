"""The words that decide what a symptom's text claims: negations, doubts, relatives, and what ends their reach.

Written for Spanish and English triage notes by the project; compared without case, accents, marks and plural.
"""

from typing import Final

__all__ = [
    "BLOCKED_PHRASES",
    "DENIALS",
    "DOUBTS",
    "ENDINGS",
    "FAMILY",
    "LINKS",
    "LIST_ENDINGS",
    "NEGATIONS",
    "NOTHING_WORDS",
    "NO_NEGATIONS",
    "POST_NEGATIONS",
    "TIME_UNITS",
]

# Deny everything up to the end of the sentence or an ending: a list behind them needs no "ni".
DENIALS: Final = (
    "niega", "niegan", "negando", "nego", "niega tener", "niega haber tenido", "deniega", "descarta", "se descarta",
    "no refiere", "no refieren", "no presenta", "no presentan", "no tiene", "no tienen", "no ha tenido",
    "no ha presentado", "no padece", "no muestra", "no aqueja", "no consta", "no se observa", "no se aprecia",
    "no se objetiva", "no se evidencia", "nunca ha tenido", "denies", "denied", "denying", "denies having",
    "does not have", "doesn't have", "do not have", "did not have", "has not had", "hasn't had", "has no",
    "have no", "had no", "does not report", "not reporting", "does not complain of", "never had", "has never had",
    "free of", "negative for",
)  # fmt: skip

# Deny what follows, as far as the comma unless the list goes on behind it.
NEGATIONS: Final = (
    "no", "sin", "ni", "tampoco", "ningun", "ninguna", "ninguno", "nunca", "no hay", "no hubo", "ausencia de",
    "sin evidencia de", "no evidencia de", "sin signos de", "sin sintomas de", "sin datos de", "afebril sin", "not",
    "without", "nor", "never", "none", "no evidence of", "no signs of", "no sign of", "no symptoms of",
    "no history of", "absence of", "lack of", "w/o", "neg for", "not any", "nothing like",
)  # fmt: skip

# Begin like a negation and are none: what follows is there, or is not spoken of.
NO_NEGATIONS: Final = (
    "no solo", "no solamente", "no unicamente", "sin duda", "sin cambio en", "sin cambios en", "no cambia",
    "sin mejoria de", "sin mejoria del", "no mejora", "no cede", "no remite", "no mejoria de", "sin alivio de",
    "not only", "no change in", "no improvement in", "no improvement of", "no relief of", "no relief from",
    "not relieved", "without improvement of", "without relief of",
)  # fmt: skip

# Behind their term: "fever: absent", "fiebre no".
POST_NEGATIONS: Final = (
    "no", "ausente", "ausentes", "negado", "negada", "negados", "negadas", "negativo", "negativa", "descartado",
    "descartada", "none", "absent", "denied", "negative", "excluded",
)  # fmt: skip

DOUBTS: Final = (
    "posible", "posibles", "probable", "probables", "sospecha de", "sospecha", "se sospecha", "a descartar",
    "descartar", "para descartar", "no se descarta", "sin descartar", "quiza", "quizas", "tal vez", "dudosa",
    "dudoso", "riesgo de", "prevencion de", "miedo a", "vacuna de", "vacuna contra", "possible", "possibly",
    "probably", "suspected", "suspicion of", "query", "rule out", "r/o", "maybe", "perhaps", "risk of",
    "prevention of", "fear of", "worried about", "screening for", "vaccine for", "cannot exclude",
)  # fmt: skip

FAMILY: Final = (
    "madre", "padre", "hermano", "hermana", "hermanos", "abuelo", "abuela", "abuelos", "tio", "tia", "primo",
    "prima", "hijo", "hija", "familiar", "familiares", "antecedentes familiares", "antecedentes familiares de",
    "historia familiar", "historia familiar de", "en la familia", "mother", "father", "brother", "sister",
    "sibling", "siblings", "grandmother", "grandfather", "uncle", "aunt", "cousin", "son", "daughter",
    "family history", "family history of", "fhx", "relative", "relatives",
)  # fmt: skip

# End the reach of a cue without a stop.
ENDINGS: Final = (
    "pero", "aunque", "excepto", "salvo", "sino", "mas bien", "si", "con", "refiere", "refieren", "presenta",
    "presentan", "tiene", "padece", "aqueja", "acude por", "consulta por", "desde entonces", "y refiere",
    "y presenta", "paciente", "but", "however", "except", "although", "though", "yet", "reports", "complains of",
    "complaining of", "c/o", "with", "presents with", "presenting with", "has", "yes", "the patient", "patient",
)  # fmt: skip

# Of the endings, those that join a relative with what the relative has: "mother with epilepsy".
LINKS: Final = ("con", "with", "has", "had", "tiene", "padece", "presenta", "presentan", "reports", "si", "yes")

LIST_ENDINGS: Final = ("o", "u", "or", "y", "e", "and")  # "ni" and "nor" begin a negation of their own

# Words that carry no symptom of their own: how much, since when, who writes.
NOTHING_WORDS: Final = (
    "a", "al", "algo de", "algun", "alguna", "ante", "antes", "ayer", "bastante", "bilateral", "cada", "casi",
    "como", "cronico", "cronica", "constante", "continuo", "continua", "de", "del", "desde", "desde hace", "dia",
    "dias", "durante", "el", "ella", "en", "episodio de", "episodios de", "es", "esta", "este", "estos",
    "frecuente", "frecuentes", "fuerte", "ha", "hace", "hay", "hora", "horas", "hoy", "intenso", "intensa",
    "intermitente", "la", "las", "leve", "leves", "lo", "los", "mes", "meses", "mi", "moderado", "moderada",
    "mucho", "mucha", "muchos", "muchas", "muy", "persistente", "poco", "poca", "por", "que", "reciente",
    "recurrente", "repentino", "repentina", "se", "semana", "semanas", "severo", "severa", "su", "subito", "subita",
    "tambien", "tan", "tener", "un", "una", "unos", "unas", "ano", "anos", "varios", "varias", "about", "acute",
    "agudo", "aguda", "also", "am", "an", "any", "are", "at", "been", "bit of", "chronic", "constant", "day",
    "days", "episode of", "episodes of", "for", "frequent", "from", "had", "he", "her", "his", "hour", "hours", "i",
    "in", "intermittent", "is", "it", "last", "lot of", "mild", "moderate", "month", "months", "my", "of", "on",
    "onset", "persistent", "recent", "recurrent", "severe", "she", "since", "slight", "some", "strong", "sudden",
    "the", "their", "then", "there", "they", "this", "to", "today", "very", "was", "week", "weeks", "were", "year",
    "years", "yesterday",
)  # fmt: skip

# Behind a number they say how long, and the number is no symptom.
TIME_UNITS: Final = (
    "h", "hora", "horas", "dia", "dias", "semana", "semanas", "mes", "meses", "ano", "anos", "min", "minutos", "hour",
    "hours", "day", "days", "week", "weeks", "month", "months", "year", "years", "minutes",
)  # fmt: skip

# Phrases that hold a term's words and mean something else.
BLOCKED_PHRASES: Final = (
    "tos ferina", "whooping cough", "yellow fever", "fiebre amarilla", "hay fever", "typhoid fever",
    "fiebre tifoidea", "dengue fever", "fiebre del dengue", "fiebre del heno", "cold sore", "scarlet fever",
    "rheumatic fever", "fiebre reumatica", "fiebre escarlata", "fiebre mediterranea", "fiebre q", "q fever",
    "dolor de parto", "chest infection", "mal de ojo",
)  # fmt: skip
