"""The languages that can be told apart: frequent small words of some, the script of others."""

from __future__ import annotations

#: Words that hardly a text of the language does without, and that mean little in the others.
SMALL_WORDS = {
    "en": "the of and to in is that for with on as are by this be from or it which can have has at these"
    " their was not more will an how what when where been its such also into than between other may",
    "de": "der die das und ist nicht ein eine einer eines mit von auf für den dem des sich auch wird werden"
    " sind bei oder durch als zur zum über wie aus diese dieser kann haben einen nach",
    "fr": "le la les des et est une dans pour qui que sur avec par pas plus ce cette sont aux au du ou être"
    " ces leur nous vous entre peut comme également",
    "es": "el la los las de que y en un una por con para es se del al como más pero sus su este esta son"
    " entre está puede también cuando cómo qué",
    "pt": "o os as de que e em um uma por com para é se do da dos das ao como mais mas seu sua este esta"
    " são entre pode também quando não pela pelo",
    "it": "il lo gli di che e in un una per con è si del della dei delle al come più ma suo sua questo"
    " questa sono tra può anche quando non nel nella",
    "nl": "de het een van en is dat op te met voor niet zijn aan door ook als wordt worden bij naar deze"
    " dit uit kan over maar hun tussen",
    "pl": "i w na z do się nie jest to że o jak po przez dla są oraz od może który która które ich ale także za",
    "id": "yang dan di dari untuk dengan pada ini itu adalah dalam tidak akan dapat oleh atau sebagai juga"
    " ke karena tersebut lebih bisa",
    "tr": "ve bir bu için ile olarak olan da de çok daha gibi ne kadar değil veya olduğu sonra en ancak"
    " taraf\u0131ndan",
    "vi": "và của là các có được cho trong một những với không này để khi người đã từ cũng như",
}
LANGUAGES = {code: frozenset(words.split()) for code, words in SMALL_WORDS.items()}

#: First and last code point of the scripts that are not Latin; a language here is told by its script alone.
SCRIPTS = {
    "Cyrillic": ((0x0400, 0x052F),),
    "Greek": ((0x0370, 0x03FF),),
    "Hebrew": ((0x0590, 0x05FF),),
    "Arabic": ((0x0600, 0x06FF), (0x0750, 0x077F)),
    "Devanagari": ((0x0900, 0x097F),),
    "Thai": ((0x0E00, 0x0E7F),),
    "Japanese": ((0x3040, 0x30FF),),
    "Chinese": ((0x3400, 0x4DBF), (0x4E00, 0x9FFF)),
    "Korean": ((0xAC00, 0xD7AF), (0x1100, 0x11FF)),
}
WRITTEN_IN = {
    "ru": ("Cyrillic",),
    "uk": ("Cyrillic",),
    "bg": ("Cyrillic",),
    "el": ("Greek",),
    "he": ("Hebrew",),
    "ar": ("Arabic",),
    "fa": ("Arabic",),
    "hi": ("Devanagari",),
    "th": ("Thai",),
    "ja": ("Japanese", "Chinese"),
    "zh": ("Chinese",),
    "ko": ("Korean", "Chinese"),
}
KNOWN = frozenset(LANGUAGES) | frozenset(WRITTEN_IN)
