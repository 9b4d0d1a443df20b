"""How text addresses a machine instead of the people who read mail: in English, German, French and Spanish.

Each pattern belongs to a family. One of ``STRONG`` is enough for its sentence; of ``WEAK`` ones it takes several families near each other,
because customers too speak of prompts, assistants and rules. Nothing here is of one company or of one collection of attacks.
"""

import re
from typing import NamedTuple

_SKIP = (
    r"(?:ignor(?:e|ing|a|iere?n?|ez|er|en)|disregard(?:ing)?|forget(?:ting)?|overrid(?:e|ing)|neglect|bypass|discard|abandon|unlearn"
    r"|erase"
)
_SKIP += r"|do not (?:follow|obey)|don['’]?t (?:follow|obey)|stop following|set aside|vergiss|vergessen sie|missachte(?:n sie)?|verwirf"
_SKIP += (
    r"|überschreibe?n?|oublie[rz]?|ne tiens pas compte|ne tenez pas compte|olvid[aeo]r?|olvídate|omit[aeir]+|descart[ae]r?"
    r"|pas[ae] por alto"
)
_SKIP += r"|zaboravi)"
_ORDERS = r"(?:instructions?|prompts?|directives?|guidelines?|programming|training|rules|orders|commands|tasks|assignments?|constraints"
_ORDERS += (
    r"|restrictions?|anweisung(?:en)?|instruktionen|befehle?|aufgaben?|aufträge|vorgaben|regeln|aufforderung(?:en)?|consignes?|directives"
)
_ORDERS += r"|règles|ordres|instruccion(?:es)?|órdenes|reglas|indicaciones|directrices|tareas|instrukcije)"
_MINE = r"(?:my|our|meine?[nr]?|unsere?[nr]?|mes|nos|mis|nuestr[oa]s)"
_BEFORE = (
    r"(?:before|above|prior|previous(?:ly)?|earlier|so far|until now|told|learned|taught|davor|vorher\w*|zuvor|bisher\w*|oben"
    r"|obig\w*|gesagt"
)
_BEFORE += r"|avant|précéd\w+|antérieur\w*|ci-dessus|antes|anterior\w*|previ[oa]s?|arriba)"
_SHOW = (
    r"(?:print|show|reveal|repeat|output|display|tell|give|list|leak|dump|recite|disclose|expose|return|write out|spell out"
    r"|what (?:is|are|was"
)
_SHOW += (
    r"|were)|zeige?n?|verrate?n?|wiederhole?n?|gib|geben|nenne?n?|drucke|wie lauten|was sind|affiche[rz]?|montre[rz]?|révèle[rz]?"
    r"|répète[rz]?"
)
_SHOW += r"|donne[rz]?|muestra|muéstrame|revel[ae]r?|repite|repita|imprim[ea]|dime|cuáles son|cuales son)"
_EXECUTIVE = (
    r"(?:ceo|cfo|cro|cto|ciso|chief \w+ officer|board(?: of directors)?|vice president|vp\b|executives?|managing director"
    r"|geschäftsführ\w+"
)
_EXECUTIVE += r"|vorstand\w*|pdg|direction générale|director(?:a)? general|direct(?:eur|rice) général\w*|top management)"
_TICKET = (
    r"(?:this|the|my|these|diese[ns]?|die|das|ce|cet|cette|ces|est[ea]|el|la) (?:e-?mail|mail|message|ticket|conversation|thread"
    r"|chat|sender"
)
_TICKET += r"|case|request|nachricht|anfrage|absender|vorgang|demande|expéditeur|conversación|mensaje|correo|solicitud|remitente)"
_LEVEL = r"(?:vip|enterprise|verified|authenticated|approved|trusted|strategic|admin(?:istrator)?|verifiziert|genehmigt"
_LEVEL += r"|freigegeben|authentifiziert|vérifiée?|approuvée?|prioritaire|verificad[oa]|aprobad[oa]|estratégic[oa]|level [2-4])"
_ACCOUNT = (
    r"(?:me|us|sender|account|customer|user|contact|e-?mail|mail|message|ticket|request|mich|uns|absender|kunde\w*|konto|nachricht"
    r"|anfrage|moi|nous|expéditeur|compte|client\w*"
)
_ACCOUNT += r"|message|demande|remitente|cuenta|mensaje|solicitud|esto|this|dies\w*|ceci)"
_MACHINE = (
    r"(?:a\.?i\.?|chat ?gpt|gpt|llm|language model|chat ?bot|bot|robot|computer|terminal|interpreter|assistant|persona|character|model"
)
_MACHINE += r"|translator|hacker|pirate|machine|ki|sprachmodell|assistentin?|ia|modèle de langage|modelo de lenguaje|asistente)"


def _any(*patterns: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), flags)


_SAY = (
    r"(?:say|print|write|output|respond|reply|answer|return|sage?n?|schreibe?n?|antworte?n?|di|decir|escrib\w+|respond\w+|dis"
    r"|écri\w+|répond\w+)"
)
_YES_NO = r"(?:no|yes|stop|ja|nein|oui|non|sí)"


class Family(NamedTuple):
    name: str
    pattern: re.Pattern[str]


EXECUTIVE = _any(rf"\b{_EXECUTIVE}")
SAID = _any(r'"[^"\n]{1,160}"', "“[^”\\n]{1,160}”", "„[^“”\\n]{1,160}[“”]", "«[^»\\n]{1,160}»")
"""What stands in quotation marks."""
EXAMPLE = _any(
    r"\b(?:texts?|phrases?|sentences?|words|wordings?|messages?|strings?|prompts?|inputs?|e-?mails?|attacks?|attempts?|something)"
    r"(?: \w+){0,3} (?:such as|like|saying|e\.g\.|for example|for instance)(?=\W*(?:$|[ .,;:?]))",
    r"\b(?:texte?n?|sätzen?|nachrichten|eingaben|angriffen?) (?:\w+ ){0,3}(?:wie|etwa|zum beispiel|z\. ?b\.)(?= )",
    r"\b(?:textes?|phrases?|messages?|attaques?) (?:\w+ ){0,3}(?:comme|tels? que|telles? que|par exemple)(?= )",
    r"\b(?:textos?|frases?|mensajes?|ataques?) (?:\w+ ){0,3}(?:como|por ejemplo)(?= )",
)
"""Words that announce an example of such a text."""


STRONG = (
    Family(
        "overrides instructions",
        _any(
            rf"\b{_SKIP}\b(?:(?!\b{_MINE}\b)[^.?!\n]){{0,50}}\b{_ORDERS}\b",
            rf"\b{_SKIP}\s+(?:about )?(?:everything|anything|all|alles|tout|todo|what(?: was|['’]?s)?|waht['’]?s"
            rf"|was)\b[^.?!\n]{{0,45}}\b{_BEFORE}\b",
            rf"\b(?:contrary|abweichend|entgegen|contrairement|contrario"
            rf"|deviating)\b[^.?!\n]{{0,20}}\b{_BEFORE}\b[^.?!\n]{{0,20}}\b{_ORDERS}\b",
            r"\b(?:change|replace|update|rewrite|clear|remove|reset|ändere|ersetze|change[rz]|remplace[rz]?|cambia"
            r"|reemplaza)\b[^.?!\n]{0,12}"
            r"\b(?:your|all|previous|deine|ihre|tes|vos|tus|sus)\b[^.?!\n]{0,20}\b(?:instructions?|prompts?|directives?|programming"
            r"|tasks|anweisungen"
            r"|consignes|instrucciones)\b",
            rf"\b{_SKIP} (?:(?:all|any|every|the|of|alle|toute?s?|tod[oa]s?|las?|los?|les|die|das|den) )*{_BEFORE} (?:inputs?|texts?"
            rf"|context|content|conversation|eingaben?|texte?"
            rf"|kontext|contexte|texte|contexto|textos?)\b",
            r"\b(?:hi|hello|hey|hallo|bonjour|hola|dear)[, ]+(?:chat ?gpt|gpt)\b",
            r"^\W*(?:hi|hello|hey|hallo|bonjour|hola|dear|ok|okay)?[, ]*(?:chat ?gpt|gpt|llama|claude|bard|gemini|copilot"
            r"|language model|llm|'?free generator)\b['’]?\s*[,.!:]",
            r"\b(?:abandon|forget|clear|empty|drop) (?:all )?(?:of )?your (?:thoughts|memory|context|identity|training|knowledge"
            r"|beliefs)\b",
            r"\bnew (?:tasks?|instructions?|assignments?|statement)\b(?: (?:follow|begin|start)\b|\s*[:–-])",
            r"\b(?:your|deine|ihre|ta|votre|tu|su) (?:(?:new|next|only|real|actual|neue|nächste|eigentliche|nouvelle|nueva) )+"
            r"(?:task|job|goal|mission|role|purpose|instructions?|objective|aufgabe|rolle|mission|tâche|rôle|tarea"
            r"|misión)\b(?= (?:is|will|now|:|lautet|ist|est|es|será|sera)|\s*[:,.])",
            r"\b(?:jetzt|nun) (?:kommt|folgt|folgen) (?:eine |die )?neuen? aufgaben?\b|\bstop[!.,]? (?:everything|ignore)\b"
            r"|\bachtung\W+stopp?\b"
            r"|\battention\W+stop\b|^\W*stop+\s*[:!]",
            rf"\border\s*:\s*{_SKIP}|\b(?:but then|and|then|now|so|please|jetzt|maintenant|ahora)[ ,]+(?:forget|ignore|vergiss|oublie"
            rf"|olvida)\w* (?:about )?(?:everything|all|alles|tout|todo)\b"
            r"|\bhöre? nicht (?:mehr )?auf (?:alles|das)\b[^.?!\n]{0,30}\b(?:gesagt|zuvor|vorher)\w*",
        ),
    ),
    Family(
        "gives the machine a role",
        _any(
            rf"\byou(?:['’]re| are| r) (?:(?:now|no longer|hereby|from now on|about to) )+(?:(?:an?|the|my|going to \w+|operating"
            rf"|acting|called|named|to|in the role of) )*"
            rf"(?:\w+[ -]){{0,4}}(?:{_MACHINE}|dan|unfiltered|unrestricted|jailbroken|immerse|\w+gpt|\w+bot)\b",
            r"\byou(?:['’]re| are| r) (?:now|hereby|from now on) (?:an? (?!pet|customer|supplier|day|week|month|year)"
            r"|going to (?:act|be|play|pretend|respond|operate|role|simulate|answer)|free (?:from"
            r"|of)|named|called|[\[“\"'])|\byou(?:['’]re| are) no longer (?:an? (?:ai|assistant|bot)|bound|restricted|limited)\b",
            r"\bf?ro?m (?:now|nw|this (?:point|moment)|here) (?:on|onwards?|forward)\b[^.?!\n]{0,40}\b(?:act(?:ing)?|pretend\w*"
            r"|ignore|obey|role|respond (?:as|only|like)|answer (?:as|only)|in the role"
            r"|your name|only (?:respond|reply|answer)|abide|chatbot|gpt|an? ai|persona|character|prompts?)\b",
            r"(?:^|[.:;!?\n\"“(] ?|\b(?:you (?:will|must|should|shall|can|are going to|are to|have to)|want you to|need you to"
            r"|like you to|please|now|to|and"
            r"|let['’]?s|ask you to|will) )(?:now )?(?:act(?:ing)? (?:as(?! (?:a |our |your )?(?:reseller|reference|partner"
            r"|distributor|agent)\b)|like)|"
            r"pretend (?:to be|that|you|like)|role-?play|play the (?:role|part|character)|impersonate|simulate (?:an?|the|being|how"
            r"|having|that)"
            r"|pose as|behave (?:as|like)|imitate|emulate|assume the (?:role|persona|identity))\b",
            r"\bwhat would you (?:say|answer|do) if you were (?:an?|the)\b|\bi want you to (?:act|be|become"
            r"|respond|reply|answer|write|generate|ignore)\b|\byou are role-?playing\b|\b(?:stay|remain|break|stays|remains"
            r"|be) (?:in |out of )?character\b",
            r"\b(?:du bist|sie sind) (?:(?:jetzt|nun|ab (?:jetzt|sofort)|von nun an) (?:eine?|der|die|im)|eine?|keine?|der"
            r"|die)\b(?! (?:ansprechpartner|richtige|zuständig"
            r"|anbieter|einzige|erste|firma))|\b(?:jetzt|ab jetzt|ab sofort|von nun an) (?:bist du|sind sie|antwort|handel"
            r"|ignorier)\w*|\bverhalte dich"
            r"|\b(?:tu|stell dir vor)[,.]? (?:so,? )?(?:als (?:ob|wärst)|du (?:bist|wärst))|\bals (?:[\w-]+[, ]+){1,5}(?:fungier"
            r"|agier|auftr[ei]t)\w*"
            r"|\bspiele? die rolle\b|\bgib (?:dich|vor)\b[^.?!\n]{0,20}\b(?:als|zu sein)",
            r"\b(?:tu es|vous êtes) (?:maintenant|désormais|un |une )(?!des )|\b(?:à partir de maintenant|désormais)[, ]+(?:tu|vous"
            r"|réponds|répondez|agis)"
            r"|\b(?:agis|agissez|comporte-toi|comportez-vous|réponds|répondez) (?:comme|en tant que)|\b(?:fais semblant"
            r"|faites semblant|joue le rôle)",
            r"\b(?:ahora eres|eres ahora|ahora usted es|eres un[ao]?|a partir de ahora (?:eres|serás|actú\w+|responde\w*|debes))\b"
            r"|\b(?:actúa|actúe|compórtate"
            r"|responde|finge|haz) (?:como|que eres|ser)\b",
            r"\b(?:developer|dan|god|jailbreak|evil|chaos|unrestricted|sudo)[- ]?mode\b|\b(?:enter|enable|activate"
            r"|you are (?:now )?in|aktiviere|wechsle in den|active|activa) (?:the |den |le |el )?"
            r"(?:admin|debug|maintenance|wartungs|entwickler|mode (?:développeur|débogage|maintenance)|modo (?:desarrollador"
            r"|administrador|depuración|dios))(?:[- ]?(?:mode|modus))?\b|\bdo anything now\b|\bjail-?br(?:ea|o)k\w*",
        ),
    ),
    Family(
        "asks for the machine's instructions",
        _any(
            rf"\b{_SHOW}\b[^.?!\n]{{0,40}}\b(?:your|system|initial|original|hidden|secret|internal|developer|deine?n?|ihre?n?"
            rf"|system-?|tes|ton|vos|votre|tus?|sus?)"
            rf"[ -](?:\w+[ -]){{0,2}}(?:prompts?|instructions?|directives?|guidelines|programming|embeddings|rules|configuration"
            rf"|system message"
            rf"|anweisung(?:en)?|systemprompt|consignes|instrucciones|directrices)\b",
            r"\bsystem[- ]?prompts?\b|\bprompt[ _-]?texts?\b|\ball (?:of )?(?:your|the) prompts\b|\binvite (?:de )?système\b",
            r"\b(?:repeat|say|wiederhole|répète|repite) (?:after|everything|the words|all|the text|nach|après"
            r"|todo)\b[^.?!\n]{0,30}\b(?:me|above|before"
            r"|prompt|mir|moi|anterior)\b|\bwhen were you trained\b|\byour (?:knowledge|training) (?:cut-?off|is cut off|data)\b",
        ),
    ),
    Family(
        "dictates the machine's output",
        _any(
            rf"\b(?:just|only|simply|always|exactly|nur|einfach|sólo|solo|solamente|seulement"
            rf"|uniquement) (?:\w+ )?{_SAY}\s+(?:(?:with|as|back|the (?:word|phrase|text"
            rf"|following|sentence)|den satz|das wort|la frase|la phrase|le mot)\s*)*[:\"“„«']+(?!{_YES_NO}\b)",
            r"\b(?:start|begin|end|preface|prefix) (?:every|each|all|your)\b[^.?!\n]{0,30}\b(?:answers?|responses?|repl(?:y|ies)"
            r"|messages?|sentences?|output)\b",
            r"\b(?:respond|reply|answer)(?:ing)? (?:(?:only|back|always|exclusively) (?:in|as|with) (?!e-?mail|person|writing"
            r"|english|french|german|spanish)|as (?:an?|if|dan|the)|in the (?:style|form|voice|manner) of|to every (?:prompt"
            r"|question))\b",
            r"\b(?:meine erste (?:anfrage|frage|bitte|aufgabe)|mein erster (?:satz|befehl)) (?:lautet|ist)\s*[:\"„“»]"
            r"|\bma première (?:demande|question|phrase) est\s*[:\"«“]|\bmi primera (?:petición|pregunta|solicitud|frase) es\s*[:\"«“]",
            r"\b(?:my|the) first (?:prompt|question|query|command|request|sentence|message) (?:is|will be)\s*[:\"“\[{(]|\b(?:i"
            r"|we) (?:will|am going to) (?:type|provide you with"
            r"|give you) (?:the |a |some )?(?:commands?|prompts?|questions?|topics?|texts?|sentences?|inputs?)\b",
            r"\b(?:insert|enter|your|paste)[ _](?:prompt|question|query|request|text|topic|command)[ _]?(?:here)?\s*[\]})>]"
            r"|\[(?:prompt|role|topic|question|user)\]",
            r"\b(?:beantworte|responde|réponds) (?:die |à la |a la )?(?:folgende|siguiente|suivante) |\b(?:with|help me with"
            r"|hilf mir[^.?!\n]{0,12} (?:mit|bei)) (?:the|der|my|this)? ?"
            r"(?:following|folgende[nrm]?) (?:question|frage|aufgabe|task)\b",
        ),
    ),
    Family(
        "orders a route or a privilege",
        _any(
            rf"\b(?:mark|flag|classify|label|treat|tag|set|upgrade|consider|register|promote|markiere?n?|kennzeichne?n?|behandle?n?"
            rf"|stufe|marque[rz]?|traite[rz]?"
            rf"|classe[rz]?|considér\w+|marc[aeo]r?|trat[ae]r?|clasific\w+"
            rf"|consider[ae]r?)\b[^.?!\n]{{0,20}}\b{_ACCOUNT}\b[^.?!\n]{{0,20}}\b(?:as|to|als|auf|comme|como|en tant que)\b"
            rf"[^.?!\n]{{0,25}}\b{_LEVEL}\b",
            rf"\b(?:escalate|route|forward|assign|send|transfer|hand over|pass|redirect|eskaliere?n?|leite?n?|weiterleiten"
            rf"|escalade[rz]?|transmet\w+|transfére?[rz]?"
            rf"|escal[ae]r?|reenví\w*|envi\w*|deriv\w+)\b[^.?!\n]{{0,20}}\b{_TICKET}\b[^.?!\n]{{0,40}}\b{_EXECUTIVE}\b",
            rf"\b(?:escalate|route|assign|escalade[rz]?)\s+(?:immediately |directly |straight |now )*(?:to|à|au|an|al)\s+(?:the |den "
            rf"|die |la |le |el )?{_EXECUTIVE}\b",
            r"\b(?:approve|authori[sz]e|grant|genehmige?n?|approuve[rz]?|aprueb[ae]|autori[cz]\w+)\b[^.?!\n]{0,40}\b(?:automatically"
            r"|immediately|without|sofort"
            r"|automatisch|ohne|immédiatement|automatiquement|sans|inmediatamente|automáticamente|sin)\b[^.?!\n]{0,30}\b(?:approval"
            r"|review|asking|check\w*|verif\w*"
            r"|confirm\w*|human|genehmigung|prüfung|rückfrage|validation|vérif\w+|demander|aprobación|revisión|preguntar|confirmación)",
            r"(?:^|[.!?:;]\s*|\b(?:please|and|then|now|bitte|und|merci de|veuillez|por favor|y|et) )(?:skip|bypass|disable|override"
            r"|waive|überspringe?n?|umgehe?n?|ignore[rz]?|contourne[rz]?|omit[ae]r?|salt[ae]r?|sáltate|desactiva)\b (?:any |the "
            r"|all |your |every |further |human |die |jede |la |les |el |toute |cualquier )*(?:approvals?|guardrails?|safety"
            r"|content filters?|escalation (?:rules|policy)"
            r"|approval (?:step|rules)|freigabe\w*|genehmigung\w*|(?:human|manual|security) (?:review|check)s?|approbations?"
            r"|validations?|aprobaci\w+)\b",
            r"\b(?:tier|deal_value|strategic|approved|is_admin|vip|wants_human|escalation_level|account_tier)\s*:?=+\s*\S"
            r"|\b(?:verified|authenticated)\s*:?=+\s*(?:true|yes|1)\b",
            r"\bset (?:the |my |its |our )?(?:tier|deal value|intent|approval|escalation level)\b[^.?!\n]{0,15}\bto\b",
        ),
    ),
    Family(
        "imitates the machine's own messages",
        _any(
            r"<\|[^|>\n]{1,40}\|>|\[/?(?:inst|sys|system|assistant|user)\]|<</?sys>>|</?(?:system|assistant|instructions?|prompt"
            r"|admin|tool_?(?:call|result|output)s?"
            r"|function_?(?:call|result)s?|important|text|passages|conversation|intents)\s*/?>",
            r"^[\s>*_#\"'`=\-\[({]*(?:system|assistant|developer|ai|chatgpt|bot|human|admin|prompt)"
            r"(?:[ _-](?:note|message|override|update|alert|instructions?|notice|prompt|command|result|output|directive"
            r"|admin\w*))?[\s*_\])}]*:(?!\s*//)",
            r"#{2,}\s*(?:instructions?|system|response|input|task|assistant|user)\b|\b(?:begin|end|start"
            r"|beginning)s?(?: of)? (?:system|admin|new|user|hidden|internal)?"
            r"[ _-]?(?:instructions?|prompt|system message|override)\b|\bsystem i-?nstruction\b",
            r"\bsystem (?:note|override|alert|directive|notice|administrator|command)\b|\b(?:note|message|instructions?|hinweis"
            r"|anweisung|nota|mensaje|instrucciones"
            r"|consigne|message) (?:to|for|an|für|à|pour|para|al|à l['’]attention de) (?:the |any |all |das |die |den |l['’]|el |la "
            r"|los |le )?(?:ai\b|a\.i\.|llm|gpt|bot"
            r"|language model|assistant|triage|routing|classifier|automat\w+|machine|router|ki\b|system|ia\b|modèle|modelo|asistente"
            r"|sistema|système|reading system"
            r"|email system)",
            r"[\"']?(?:tool_calls?|function_call|role|action|tool|recipient|escalation_level)[\"']\s*:\s*[\"'\[{\d]",
            r"\[(?:🔒|🔓|gpt|dan|classic|jailbreak|chatgpt|system|assistant|admin)\b[^\]\n]{0,20}\]",
        ),
    ),
    Family(
        "asks a machine to drop its limits",
        _any(
            r"\b(?:unfiltered|uncensored|unrestricted|amoral|jailbroken|unmoderated)\b[^.?!\n]{0,30}\b(?:ai|bot|chatbot|model"
            r"|response|answer|way|mode|gpt|person\w*"
            r"|character|advice|reply|output|language|version)\b",
            r"\b(?:no|without(?: any)?|free (?:of|from)|ignore|bypass|sans|sin|ohne|keine?n?) (?:\w+ ){0,3}(?:filters?|censor\w*"
            r"|moral\w*|ethic\w*|restrictions?|guidelines"
            r"|inhibitions|remorse)\b[^.?!\n]{0,60}\b(?:ai|you|bot|gpt|model|respon\w+|answer\w*|character|he|she|it|they|ki|ia)\b",
            r"\b(?:openai|content|ethical|safety|moral|ai)(?:['’]s|['’])? (?:content )?(?:polic(?:y|ies)|guidelines|filters?"
            r"|programming|constraints|protocols)\b",
            r"\b(?:chat ?gpt|gpt-?\d|open ?a[il])(?:['’]s)?\b[^.?!\n]{0,60}\b(?:you (?:are|will|can|must)|would (?:normally|say"
            r"|never)|will (?:respond|answer)|respond|rules|polic(?:y|ies)|persona|programm\w+)\b",
            r"\bas an? (?:ai|a\.i\.|al|large)? ?language model\b|\b(?:fictional|hypothetical|imaginary) (?:\w+ )?(?:universe"
            r"|scenario|world|story|character|conversation|response)\b",
            r"\b(?:decode|decipher|dekodiere|décode[rz]?|decodifica)\b[^.?!\n]{0,40}\b(?:base ?64|rot ?13|hex|following"
            r"|and (?:follow|execute|do)|morse)\b"
            r"|\bbase ?64\s*[:=(]|\brot ?13\s*[:=(]",
        ),
    ),
)

MEDIUM = (
    Family(
        "gives a writing task",
        _any(
            rf"(?:^|[.:;!?,]\s*)(?:you(?:['’]re| are)|du bist) (?:(?:an?|the|my|three|two|eine?) )*(?:\w+[ -]){{0,3}}(?:{_MACHINE}"
            rf"|interviewer|journalist\w*|god|gott)\b|\bdu bist (?:kein|zeit|jetzt)\w*"
            r"|\bimagine (?:that )?you(?: are|['’]re| were)\b|\bwould you react if you were\b",
            rf"(?:^|[.,;:!?\-]\s*|\b(?:and|then|please|to|must|will|should|und|et|y) )(?:print|output|echo|respond with|reply with"
            rf"|answer with|say|state that|sage|di|dis|écris|escribe)\b(?: the (?:word"
            rf"|phrase|text))?\s*[:\"“„«']+(?!{_YES_NO}\b)",
            r"\byour (?:next |first |only )?(?:responses?|answers?|outputs?) (?:must|should|will|shall) (?:be|start|begin|contain"
            r"|only|always|consist|end|look)\b",
            r"\byou (?:will|must|should|shall|are to|can|may) (?:only |always |never |not )+(?:respond|reply|answer|say|refuse"
            r"|write)\b|\byou (?:can(?:not|['’]t)|must not|will not|won['’]t) (?:refuse|deny)\b",
            r"\b(?:execute|run|führe|ejecuta|exécute) (?:the |this |these |den |das |la |le |el |each )*(?:following|folgende\w*"
            r"|siguiente|suivante?) (?:command|code|script|befehl|comando|commande)s?\b",
            r"\b(?:include|mention|tell (?:me|us|everyone)|say|state) that (?:you|\w+) (?:hates?|loves?|is the (?:most|best|worst)"
            r"|are the)\b|\b(?:hates?|hasst|odio a|déteste) (?:the )?(?:\w+)[\"”']?\s*$",
            r"(?:^|\b(?:now|please|jetzt|nun|maintenant|ahora)[ ,]+)(?:write|generate|create|schreibe?|generiere?|écri[st]"
            r"|escribe)\b (?:me |us |mir |uns )?(?:an? |the |some |eine?n? |une? |un[ao]? )?"
            r"(?:\w+ )?(?:manifesto|article|paragraph|blog\w*|summary|c\+\+|sql|html|list of|artikel|manifest|python|program|text)\b",
            r"\b(?:write|generate|compose|create|tell|make up|give|sing|draft|produce|schreibe?n?|erzähle?|generiere?n?|dichte"
            r"|formuliere|écri[st]\w*|raconte[rz]?|escrib[ea]"
            r"|cuéntame|genera)\b (?:me |us |mir |moi |a |an |one |some |the |uns |eine?n? |une? |un[ao]? |short |long |funny "
            r"|flaming |political |sie |python[ -]*|c\+\+ "
            r"|detailed |step-by-step |hateful |fake )*(?:poems?|essay|story|stories|jokes?|songs?|lyrics|haikus?|recipes?|tweets?"
            r"|plea|speech|novel|limerick|rap|dialogue"
            r"|music|c\+\+|python|code|malware|gedicht|aufsatz|witz|geschichte|rede|begründung|überschrift|poème|blague|histoire"
            r"|chanson|poema|chiste|historia|ensayo"
            r"|canción|tutorial|guide)\b",
            r"\b(?:speak|talk|answer|reply|respond|write|rede|sprich|antworte|parle|habla) (?:like|as|wie|comme|como"
            r"|im stile?) (?:an?|the|eine?s?r?|une?|un[ao]?)\b",
            r"\bprint\s*\(",
        ),
    ),
)

WEAK = (
    Family("machine", _any(
        r"\b(?:chat ?gpt|gpt|openai|llms?|language models?|a\.?i\.?|chat ?bots?|prompts?|personas?|personality|dan|ki|sprachmodell"
        r"|ia|tokens?|hallo gpt)\b")),
    Family("limits", _any(
        r"\b(?:filters?|censor\w*|restrict\w*|unethical|illegal\w*|immoral\w*|moral\w*|ethic\w*|guidelines?|polic(?:y|ies)|harmful"
        r"|refus\w+|warnings?|disclaimers?"
                          r"|offensive|swear\w*|profan\w+|fuck\w*|shit\w*|bombs?|meth|hack\w*|malware|evil|racist|unhinged)\b")),
    Family("role", _any(
        r"\b(?:character|role|fiction\w*|hypothetical\w*|scenario|imagine|pretend\w*|simulat\w+|roleplay\w*|universe|villain"
        r"|narrator|protagonist)\b")),
    Family("command", _any(
        r"\byou (?:must|will|shall|should|can(?:not)?|are|have to|never|always)\b|\b(?:always|never|respond|reply|answer|responses?"
        r"|answers?|obey|comply|command"
                           r"|understood|instructions?)\b")),
    Family("politics", _any(
        r"\b(?:trump|hitler|merkel|putin|xi jinping|spd|afd|cdu|greens?|grünen|nazis?|brexit|palestin\w+|israel\w*|zon|zeit online"
        r"|spiegel|communis\w*|war|krieg"
                            r"|raciste?|dictator|election|democracy|eu)\b")),
)  # fmt: skip
