"""Sentences from which the detector of requests for a person learns: none of one company, four languages, in the spelling of chat."""

ASKING = """
rep | agent | agent please | human | a human please | real person | person now | operator | representative | speak to representative
customer service rep | talk to someone | talk to a real human being | can i talk to a person | let me speak with an actual employee
i want to speak to somebody who works there | please put me through to your team | connect me with support staff
transfer me to the billing department | transfer this chat to a live agent | get me your supervisor | i'd like to talk with your manager
i want the manager | who can i talk to about this | is there anybody i can speak with | is anyone there who can help me
can somebody from your team call me | please call me back | i need a phone call from your side | ring me tomorrow morning
could one of your advisers contact me | i need a human to look at this | can a real person look into my case | this needs a human
i would rather deal with a person | i prefer talking to people | stop sending me automated answers | i do not want to talk to a bot
enough of this robot get me somebody real | you are a machine i want a human | talking to you is pointless give me a person
this chatbot does not understand me i need an agent | bot is useless want human | can i get a live agent | live chat with an agent
live person | is a live representative available | are there any agents online right now | need to talk with an agent about my order
i need an agent to help with my account | i want to discuss this with someone in person | i want to talk to someone in sales
could i speak with a specialist | let me chat with one of your consultants | how do i get hold of a human
how can i reach a real person | how do i contact an actual agent | what do i have to do to speak to someone
i have been trying to reach a person for hours | where can i find a live operator | can you escalate me to a person
please hand this over to a colleague | forward me to someone competent | i want somebody else to help me
can someone else help me please | let me talk to someone else | i demand to speak with a supervisor
my problem is complicated please connect me with someone | i already asked for an agent twice | i said i want to talk to an agent
just give me a number where i can talk to somebody | can i speak to someone over the phone | i want to call you what is the number
i'd like to have a conversation with customer care | put me in touch with customer support | let me speak to customer service
i need to reach your support team | i need assistance from a human agent | need help from a representative
help me get in contact with a person | i need help talking to an operator | assistance speaking with an agent please
want to chat with someone | wanna talk to somebody | lemme talk to a person | gimme a human | can u connect me w a rep pls
i wanna speak 2 a real person | need some1 to talk to asap | hooman please | CONNECT ME TO A PERSON NOW | I NEED TO SPEAK WITH SOMEONE
for the last time i want a real human | i'm not telling a computer my details let me talk to a person
i don't feel comfortable discussing that with a machine | could you get someone on the line
is it possible to have somebody from the bank phone me | i would like a callback from an adviser | schedule a call with an agent
have your manager call me | please let me talk with the owner | i want to talk to a doctor instead of this bot
connect me to the front desk | can i talk to reception | put me through to the technician | i want to talk to your executive
speak with someone regarding my claim | speak to agent about a charge | agent agent agent | no i want a person
yes connect me to an agent | yes please transfer me | ok transfer me to the agent | is this a bot? then get me a human
nobody understands me here can i have a real agent | ich möchte mit einem mitarbeiter sprechen | verbinden sie mich mit einem menschen
bitte einen echten menschen | ich brauche einen ansprechpartner am telefon | kann mich jemand anrufen | je veux parler à un conseiller
passez-moi une vraie personne | un humain s'il vous plaît | pouvez-vous me mettre en relation avec quelqu'un
quiero hablar con una persona | comuníqueme con un agente | necesito un asesor humano | puede llamarme alguien
hello is anyone available to help me | a person to talk to | person to chat | agent to talk with | can i talk to you in person
i do not want to discuss this with a computer | speak to the receptionist | connect me to the kitchen | put me through to housekeeping
let me speak to the doctor's office | your manager please | i want to talk to someone else | could somebody else take over here
get another colleague | let a person decide this | i expect a call from your manager today
i am tired of typing can we do this by phone with someone | no more automated replies please | i don't trust a computer with this
where can i reach your staff | how can i speak to an advisor | is there somebody in the office i can ask
i keep getting robot answers i want a human | support agent needed | requesting live support | please assign a person to my case
kannst du mich mit jemandem verbinden | ich will mit keinem roboter schreiben | gibt es hier einen menschen
je ne veux pas parler à un robot | il me faut quelqu'un au téléphone | hay alguien ahí que me atienda | no quiero hablar con un robot
"""
"""Whoever writes this wants a person."""

NOT_ASKING = """
where is my order | i want to cancel my order | what is the status of my refund | how do i reset my password
i can't log into my account | change my shipping address | my card was declined | i was charged twice | what are your opening hours
do you ship abroad | how long does delivery take | send me the invoice for march | i want to make a complaint | this is unacceptable
this is terrible service | i need help | i need help with my order | can you help me | please help me asap | hello | hi there
good morning | thanks | thank you that solved it | yes | no | no that's wrong | ok | i don't understand | that did not work
what else can you do | are you a bot | are you a human or a robot | am i talking to a real person | what is your name | who made you
how old are you | are you a real person | tell me a joke | call my mother | call mom on her mobile | send a message to my boss
send an email to john | text my wife that i'm late | what is john's phone number | do i have any contacts called anna
find a contact named mike | add this person to my contacts | set up a meeting with the manager | schedule a meeting with my team at five
invite somebody to my calendar | what did you call me | call me daniel from now on | change my name to robert
your agent told me yesterday it would be free | i spoke to your representative last week | the rep said i would get a discount
the agent on the phone was rude | your operator hung up on me | i talked with somebody about it already
someone from your team promised me a refund | nobody called me back | the person who called me was very kind
your support team was very helpful | my account manager has left the company | our sales rep told us the price would stay
the user agent header is missing | how do i install the agent on the server | the agent process crashes at start
monitoring agent version two is not reporting | we have twenty agents in our call center | how many agents can use one licence
how do i add an agent to the team inbox | how do i assign a ticket to an agent | can agents see the customer's history
what does an operator seat cost | can our customers talk to a person in the widget | can i use it without talking to anybody
do i need to call somebody to cancel | do i have to speak with an agent to change my pin | must i contact support for that
i don't need a person | no need to call me | please do not call me | don't transfer me | i don't want an agent just answer my question
i am not a robot | i am looking for a real estate agent | my insurance agent gave me this form | my travel agent booked the flight
i work for an insurance agency | the cleaning agent damaged the floor | we are the human resources department
how do i contact human resources at your company | it was human error | a representative sample of the data
is the figure representative | who is your chief executive | who represents your company in spain | how many people work for you
can more than one person use the account | somebody used my card without permission | someone stole my phone | someone hacked my account
a person i do not know sent me money | i sent money to the wrong person | transfer money to a friend | transfer to another account
the transfer to my colleague did not arrive | connect my account to the app | connect my bank to the service
i can't connect to the internet | contact details of the company | what is your email address | contact lenses arrived broken
what's the number of my order | the machine swallowed my card | the automatic reply says you are closed | the machine is broken
my washing machine makes noise | can i talk about my contract | let's talk about the price | i want to talk about a refund
i'd like to discuss the renewal | call for papers deadline | the call failed with an error | api call returns an error
webhook callback url is not reached | missed calls are not shown | video call quality is bad | the phone number on my profile is wrong
update my phone number | i never got the call from the courier | driver did not call | the courier said nobody was home
who can use the card | who is allowed to see my data | can my colleague log in with my account
the manager role cannot approve invoices | what can a manager do in the app | upgrade me to the manager plan
customer support plan pricing | what does premium support cost | is support included | do you offer training
can i speak spanish with you | do you speak german | what languages do you speak | speak louder | talk to me in french
how do you say person in spanish | chat history export | the chat widget does not load | where is the live chat code for my website
how do i turn off the chat bot on my page | does the bot learn from our documents | can the bot hand over to our staff
is someone able to use my card with only the number | anyone else having this problem | somebody should fix this
everyone in the company sees the error | staff discount | do you have jobs for customer service | i want to apply as an agent
how do i become a representative | send somebody to repair the door | i need a technician visit for my router
book a table for two people | a room for three persons | the person at reception was unfriendly | ask john whether he is coming
tell the team that we are late | have him call me when he is back | let me know if you have questions
give me a call if you have any questions | i'll call you tomorrow | we can talk next week | meine rechnung ist falsch
wo bleibt meine bestellung | ich habe gestern mit ihrem mitarbeiter gesprochen | der agent lässt sich nicht installieren
où est ma commande | je veux annuler mon abonnement | votre conseiller m'a dit hier que c'était gratuit | dónde está mi pedido
quiero cambiar mi contraseña | su agente me dijo otra cosa | change my seat | pay my bill | report a stolen card | what's the weather
what is the exchange rate | activate my sim | apply for a loan | order a new card | top up my account | check my balance
close my account | update the app | buy ten licences | give me a discount | free trial | book a demo | export my data | fix this bug
reschedule delivery | the item arrived broken | return a product | coupon does not work | i am still waiting | why is it taking so long
you are useless | i hate this app | worst company ever | stop emailing me | unsubscribe | delete my account | i'll talk to you later
talk to you soon | talk faster please | speak more slowly | speak in a deeper voice | can you talk quieter | what do you want to call me
call someone | make a call | call a taxi | please find someone who repairs cars | find somebody for my leaking tap
i want to hear the radio | play some music please | i want a replacement | i want my invoice | i need the price | we need an offer
i need assistance buying something | help me get a compensation | i want help seeing my bill | please forward it to the other office
i would like to discuss this with you tomorrow | are you available to talk this afternoon | we can help
i am waiting for a compensation | the person i want to pay lives abroad | i want another thing | yes i want to ask something else
any time around midday | is anybody allowed to enter the pool | can somebody sleep on the sofa | send room service some food
i need somebody to clean my room | can you forward my message to my colleague | i would prefer the other card | my name is alex
it is for the agent of my father | the assistant on my phone cannot read the file | the office assistant role is missing
our representative will sign the contract | a human readable error message would be nice | i do not need a chat agent
your people are very friendly | my agent booked the wrong hotel | the claims agent wants more documents
do you have real people in your ads | how do agents log in | how do i log out an operator | our call center uses your software
i call your api from our server
"""
"""Whoever writes this wants something else, however much it speaks of people, agents and calls."""
