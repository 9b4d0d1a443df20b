"""Everyday and business words of German, French and Spanish with an English one for each, for an encoder that reads English.

One line a meaning: English | German | French | Spanish. Forms are lower case without accents; ``*`` ends a stem, ``_`` joins a phrase, ``-``
stands for a word that English does without. General vocabulary only, nothing of one company.
"""

WORDS = """
i | ich | je j | yo
we | wir | nous on | nosotros
you | sie ihnen euch du dir ihr | vous tu toi | usted ustedes te os
they | - | ils elles | ellos ellas
he | er | il | el_mismo
my | mein meine meinen meinem meiner | mon ma mes | mi mis
our | unser unsere unseren unserem unserer uns | notre nos | nuestro nuestra nuestros nuestras
your | ihre ihren ihrem ihres euer eure eurem | votre vos ton ta tes | su sus tu tus vuestro vuestra
me | mir mich | me m moi | me
the | der die das den dem des | le la les l | el la los las lo
a | ein eine einen einem einer eines | un une | un una unos unas
this | dies dieser diese dieses diesen diesem | ce cet cette ces ca cela ceci | este esta estos estas esto ese esa eso
that | dass | que qu | que
and | und sowie | et | y e
or | oder | ou | o
but | aber sondern jedoch leider_aber | mais | pero sino
not | nicht nie niemals | pas jamais plus_jamais | no nunca jamas
no | kein keine keinen keinem keiner nein | aucun aucune non | ningun ninguna
- | es ja mal denn ab doch sich zu um man beim hiermit dafur daruber ins | ne n y en se s d de du des t il_y_a | de del se lo al
with | mit samt nebst | avec | con
without | ohne | sans | sin
for | fur fuer | pour | para por
from | von vom aus | depuis | desde
to | zum zur nach an | a au aux vers | a hacia
in | im in | dans en | en
on | am auf | sur | sobre
by | bei durch bis | par chez d_ici | hasta
about | uber ueber bezuglich wegen zirka circa | concernant environ a_propos propos | acerca sobre respecto
since | seit | depuis | desde
if | wenn falls ob sollte sollten | si | si
because | weil da | car parce puisque | porque
is | ist wird steht | est c_est | es esta
are | sind werden | sont etes sommes | son estan estamos somos
was | war wurde | etait | fue estaba era
were | waren wurden | etaient | fueron eran
have | haben habe hat hatte hatten habt | ai avons avez ont a_t avait avoir aviez | tengo tenemos tiene tienen he hemos ha han tener haber
can | kann konnen konnten konnte konnt koennen koennten darf durfen | peut peux pouvez pouvons pourriez pourrait puis puis_je peut_on | puede pueden puedo podemos podria podrian
want | mochte mochten moechte moechten will wollen wurde_gern wuensche wunsch* | veux voulons souhait* voudr* aimerai* desir* | quier* quisier* queremos querria* dese* gustaria
need | brauch* benotig* benoetig* | besoin faut | necesit* hace_falta
must | muss mussen muessen musst | dois doit devons devez devoir | debo debe deben tengo_que tenemos_que hay_que
please | bitte | s_il_vous_plait svp stp veuillez merci_de merci_d priere | por_favor porfavor porfa
how | wie wieso | comment | como
how much | wieviel was_kostet wie_viel | combien | cuanto cuanta cuanto_cuesta cuanto_sale
how many | wie_viele | combien_de | cuantos cuantas
what | was welche welcher welches welchen | quoi quel quelle quels quelles qu_est_ce est_ce | que_es cual cuales
when | wann | quand | cuando
where | wo wohin woher | ou_est ou_en | donde adonde
why | warum weshalb wieso | pourquoi | por_que
who | wer wen wem | qui | quien quienes con_quien
there is | gibt_es gibt | il_y_a existe | hay existe
one | eins | un | uno
two | zwei beide | deux | dos
three | drei | trois | tres
several | mehrere einige | plusieurs quelques | varios varias
all | alle allen alles gesamt* samtlich* | tout toute tous toutes | todo toda todos todas
more | mehr zusatzlich* weitere* | plus davantage supplementaire* | mas adicional*
less | weniger | moins | menos
new | neu neue neuen neuer neues | nouveau nouvel nouvelle nouveaux nouvelles | nuevo nueva nuevos nuevas
old | alt alte alten | ancien* vieux | viejo antiguo*
big | gross* | gros grand* | grande*
small | klein* | petit* | pequen*
good | gut gute guten gutes | bon bonne bien | bueno buena bien
bad | schlecht* schlimm* | mauvais* mal | malo mala mal
free | kostenlos* gratis kostenfrei* | gratuit* | gratis gratuit*
now | jetzt nun aktuell* derzeit* gerade | maintenant actuellement | ahora actualmente
again | wieder erneut noch_einmal nochmal* | encore nouveau_fois | otra_vez nuevamente
still | noch immer_noch | toujours encore | todavia aun sigue seguimos
already | schon bereits | deja | ya
always | immer | toujours | siempre
only | nur lediglich | seulement uniquement | solo solamente
also | auch ausserdem | aussi egalement | tambien ademas
here | hier | ici | aqui
today | heute | aujourd_hui | hoy
tomorrow | morgen | demain | manana
yesterday | gestern | hier | ayer
week | woche* | semaine* | semana*
month | monat* | mois mensuel* | mes meses mensual*
year | jahr* jahrlich* | an ans annee* annuel* | ano anos anual*
day | tag tage tagen | jour jours journee | dia dias
hour | stunde* uhr | heure* h | hora horas
minute | minute* | minute* | minuto*
monday | montag* | lundi | lunes
friday | freitag* | vendredi | viernes
deadline | frist* stichtag* abgabe* | delai* echeance* date_limite | plazo* fecha_limite vencimiento
urgent | dringend* eilig* sofort* umgehend* | urgent* immediat* au_plus_vite tout_de_suite | urgente* inmediat* cuanto_antes
price | preis* tarif* kosten kostet kosten* | prix tarif* cout* coute* | precio* tarifa* coste* costo* cuesta* vale
quote | angebot* kostenvoranschlag* | devis offre_de_prix | presupuesto* cotizacion*
offer | offerte* bieten anbieten bietet | offre* propos* | oferta* ofrec*
discount | rabatt* nachlass* ermassig* skonto* vergunstig* | remise* rabais reduction* ristourne* geste_commercial | descuento* rebaja*
expensive | teuer* | cher chere couteux | caro cara
cheap | billig* gunstig* | bon_marche moins_cher | barato*
buy | kauf* erwerb* beschaff* | achet* acquer* | comprar compra* adquir*
order | bestell* auftrag* | commande* | pedido* orden
purchase order | bestellnummer* bestellschein* | bon_de_commande | orden_de_compra
plan | abo abonnement* | abonnement* forfait* formule* | suscripcion* plan
license | lizenz* | licence* | licencia*
seat | platz plaetze plaetzen platze platzen arbeitsplatz* sitz* | siege* poste postes place places | puesto* plaza* asiento*
user | benutzer* nutzer* anwender* | utilisateur* usager* | usuario*
employee | mitarbeit* beschaftigt* angestellt* | salarie* employe* collaborateur* | emplead* trabajador*
colleague | kolleg* | collegue* | compan* colega*
company | firma firmen unternehmen* betrieb* gesellschaft* | entreprise* societe* | empresa* compania sociedad
customer | kund* mandant* | client* | cliente*
office | buro* buero* standort* niederlassung* filiale* | bureau* agence* succursale* filiale* | oficina* sucursal* sede filial
upgrade | hochstuf* aufstock* erweiter* upgraden | passer_a mettre_a_niveau evoluer | ampli* subir pasar_a
add | hinzufug* hinzufueg* erganz* dazu zubuch* | ajout* | anadir agregar sumar
remove | entfern* herausnehm* rausnehm* | retir* enlev* supprim* | quitar elimin* sacar
change | andern andert anderung* geandert* aender* wechsel* umstell* anpass* | chang* modif* | cambi* modific*
demo | vorfuhr* vorfuehr* demonstration* prasentation* | demonstration* demo presentation* | demostracion* presentacion* demo
show | zeig* vorstell* | montr* presenter voir | mostr* ensen* ver
trial | test* probe* ausprobier* testzugang* | essai* essayer tester | prueba* probar*
appointment | termin* | rendez_vous rdv creneau | cita reunion
meeting | besprech* treffen* | reunion* visio* | reunion* junta
next | nachst* naechst* kommend* | prochain* | proxim*
tender | ausschreib* vergab* lastenheft* bieter* | appel_d_offres marche_public consultation soumission* | licitacion* concurso* pliego*
proposal | vorschlag* | proposition* | propuesta*
supplier | lieferant* anbieter* dienstleist* | fournisseur* prestataire* | proveedor*
requirements | anforderung* | exigence* cahier_des_charges | requisito*
contract | vertrag* | contrat* | contrato*
agreement | vereinbar* | accord* | acuerdo*
clause | klausel* paragraf* | clause* article* | clausula*
sign | unterschreib* unterzeich* unterschrift* | sign* | firmar firma firmado firmamos firmo
legal department | rechtsabteilung* | service_juridique juridique* | departamento_juridico juridic*
confidentiality | vertraulich* geheimhalt* | confidential* | confidencial*
data processing agreement | auftragsverarbeit* avv | sous_traitance_de_donnees | encargo_de_tratamiento
renew | verlanger* verlaenger* weiterfuhr* | renouvel* reconduc* | renov* prorrog*
expires | lauft_aus ablauf* auslauf* endet | expir* | venc* caduc* expir*
cancel | kundig* kuendig* stornier* | resili* annul* | cancel* dar_de_baja anul*
notice period | kundigungsfrist* | preavis | preaviso
leave | verlass* abwander* | quitter partir | dejar irnos
competitor | wettbewerb* konkurren* | concurren* | competencia competidor*
switch provider | anbieterwechsel* | changer_de_fournisseur | cambiar_de_proveedor
alternative | alternativ* | autres_solutions autre_solution alternative* | alternativa*
disappointed | enttausch* unzufrieden* | decu* mecontent* insatisfait* | decepcion* insatisfech* descontent*
angry | wutend verarger* sauer emport* | furieux en_colere agace* | enfadad* enojad* molest*
complaint | beschwer* reklam* | reclamation* plainte* plaindre | queja* reclam* quejar*
unacceptable | inakzeptabel* unzumutbar* nicht_hinnehmbar | inadmissible* inacceptable* | inaceptable* inadmisible*
management | geschaftsfuhr* geschaeftsfuehr* vorstand* leitung* chef* | direction* directeur* directrice* pdg | direccion* director* gerente* jefe* directiv*
responsible person | verantwortlich* zustandig* | responsable* | responsable* encargad*
onboarding | einfuhrung* einarbeit* einricht* | mise_en_place demarr* parametr* | puesta_en_marcha configuracion_inicial
start | start* beginn* anfang* loslegen | commenc* debut* | empez* comenz* inicio
training | schulung* einweisung* | formation* former | formacion* capacitacion* formar
migrate | migrier* umzieh* ubertrag* uebernahme* | migr* transfer* reprise | migrar migracion* traspas* pasar
import | import* einspiel* | import* | importar importacion*
export | export* | export* | exportar exporto exportacion*
feature | funktion* | fonction* | funcion funciones funcionalidad*
feature request | verbesserungsvorschlag* | demande_d_evolution evolution* | sugerencia*
would be great | ware_schon ware_toll ware_es_moglich | serait_bien serait_genial ce_serait | seria_genial estaria_bien
possible | moglich* moeglich* | possible* | posible*
missing | fehlt fehlen fehlend* | manque* manquant* | falta faltan
error | fehler* | erreur* bug* | error* fallo*
problem | problem* | probleme* souci* | problema* inconveniente*
broken | kaputt* defekt* | casse* en_panne hs | roto averiad*
not working | funktioniert_nicht geht_nicht klappt_nicht | ne_fonctionne_pas ne_marche_pas marche_pas fonctionne_pas | no_funciona no_va no_sirve no_anda
works | funktionier* geht klappt lauft | fonctionn* marche | funcion*
slow | langsam* | lent* ralenti* | lent*
crash | absturz* abgesturz* | plant* | se_cierra colg*
outage | ausfall* storung* stoerung* | panne* coupure* indisponib* interruption* | caida* caido cayo incidencia*
unreachable | nicht_erreichbar erreichbar | injoignable* inaccessible* ne_repond | inaccesible* no_responde
affected | betroffen* | touche* concerne_par | afectad*
everyone | niemand_kann alle_benutzer jeder | tout_le_monde personne_ne | nadie todos_los
page | seite* | page* | pagina*
screen | bildschirm* anzeige* | ecran* | pantalla*
button | knopf* schaltflache* | bouton* | boton*
file | datei* | fichier* | fichero* archivo*
document | dokument* unterlagen* beleg* | document* dossier* | documento*
archive | archiv* ablage* | archiv* | archiv*
search | such* | recherch* cherch* | busc* busqueda*
find | find* gefunden | trouv* retrouv* | encontr* encuentr*
upload | hochlad* hochgeladen* | televers* telecharg* depos* | subir cargar
save | speicher* | enregistr* sauvegard* | guard*
delete | losch* loesch* | supprim* effac* | borr* elimin* suprim*
send | send* schick* zusend* verschick* | envoy* envoi* transmettre transmett* | envi* mand*
receive | erhalt* bekomm* empfang* | recu recevoir recev* recois | recib* lleg*
notification | benachrichtig* | notification* | notificacion* aviso*
approval | freigabe* genehmig* | approbation* validation* valid* | aprobacion* aprobar
workflow | ablauf_prozess prozess* | circuit* processus flux | flujo*
approve | freigeb* | approuv* | aprueb*
setting | einstell* konfigur* | parametre* reglage* configur* | ajuste* configur*
report | bericht* auswertung* | rapport* | informe* reporte*
dashboard | dashboard* ubersicht* | tableau_de_bord | panel* tablero*
integration | schnittstelle* anbind* integrat* anbinden | integration* connecteur* interface relier | integracion* conector* conectar
connect | verbind* | connect* | conect*
log in | anmeld* einlogg* login komme_nicht_rein | me_connecter se_connecter connexion* | iniciar_sesion entrar acceder
password | passwort* kennwort* | mot_de_passe mots_de_passe | contrasena* clave
access | zugang* zugriff* | acces | acceso*
locked | gesperrt* sperr* | bloqu* verrouill* | bloque*
unlock | entsperr* freischalt* | debloqu* | desbloque*
reset | zurucksetz* | reinitialis* | restablec*
code | code* | code* | codigo*
account | konto* account* | compte* | cuenta*
phone | telefon* handy* anruf* | telephone* portable | telefono* movil
call | ruf rufen anrufen ruckruf* zuruckrufen | appel* rappel* appeler | llam* llamada*
email | mail* | courriel* mail* e_mail | correo*
ticket | ticket* vorgang* fall | ticket* dossier | ticket* caso incidencia_numero
number | nummer* nr | numero* n | numero*
status | stand status | etat ou_en_est statut | estado
any news | gibt_es_schon etwas_neues neuigkeit* | des_nouvelles nouvelles_de | hay_novedades novedad*
waiting | wart* | attend* attente | esper*
reply | antwort* ruckmeld* rueckmeld* beantwort* | repons* repondr* repondu retour | respuest* respond* contest*
reminder | erinner* mahn* | rappel* relanc* | recordatorio*
nobody | niemand keiner | personne | nadie
nothing | nichts | rien | nada
request | anfrage* antrag* | demande* | solicitud* peticion* solicit*
question | frage* | question* | pregunta* duda* consulta*
help | hilf* helfen unterstutz* | aide aider aidez | ayud*
invoice | rechnung* faktur* | factur* | factur*
credit note | gutschrift* | avoir | nota_de_credito abono
amount | betrag* summe* | montant* somme* | importe* monto* cantidad*
pay | zahl* bezahl* uberweis* | pay paye* payer paiement* regle* virement* | pago pagos pagar* pagam* pague* pagado
payment failed | zahlung_abgelehnt abgelehnt* geplatzt | paiement_refuse refus* echec* | pago_rechazado rechaz*
declined | zuruckgewiesen* | rejet* | declin*
card | karte* kreditkarte* | carte* | tarjeta*
bank | bank* konto_iban iban | banque* bancaire* rib | banco* bancari*
direct debit | lastschrift* einzug* einzieh* abgebucht* abbuch* | prelev* | domicili* cargo*
charged twice | doppelt_abgebucht zweimal_abgebucht | preleve_deux_fois debite_deux_fois | cobrado_dos_veces doble_cargo
charge | berechn* | debit* factures | cobr*
refund | erstatt* ruckerstatt* zuruckerstatt* geld_zuruck zuruckzahl* | rembours* | reembols* devolucion* devolver*
money | geld* | argent | dinero
vat | mwst* umsatzsteuer* ust* steuer* | tva | iva
tax id | ust_idnr steuernummer* | numero_de_tva siret | cif nif
billing address | rechnungsadress* rechnungsanschrift* | adresse_de_facturation | direccion_de_facturacion
address | adresse* anschrift* | adresse* | direccion_postal domicilio
update | aktualisier* hinterleg* | mettre_a_jour mise_a_jour | actualiz*
twice | zweimal doppelt* | deux_fois double | dos_veces doble
budget | budget* haushalt* | budget* enveloppe | presupuestari*
personal data | personenbezogen* daten_zu_meiner_person personliche_daten meine_daten | donnees_personnelles mes_donnees donnees_a_caractere | datos_personales mis_datos
data | daten* | donnees | datos
data protection | datenschutz* dsgvo | rgpd protection_des_donnees | rgpd proteccion_de_datos lopd
right of access | auskunft* | droit_d_acces | derecho_de_acceso
erasure | loschung* loeschung* | effacement suppression | supresion borrado
consent | einwillig* widersprech* widersprich* widerspruch* | consentement opposition | consentimiento oposicion
legal action | rechtliche_schritte klage* gericht* gerichtlich* | tribunal* poursuite* action_en_justice mise_en_demeure assign* | acciones_legales demand* tribunal* juzgado*
lawyer | anwalt* anwaltin* rechtsanwalt* kanzlei* | avocat* | abogad*
damages | schadensersatz* schadenersatz* | dommages_et_interets prejudice* | danos_y_perjuicios indemniz*
breach of contract | vertragsbruch* vertragsverletz* | violation_du_contrat manquement* inexecution | incumplimiento*
court | landgericht* amtsgericht* | cour | corte
security | sicherheit* | securite | seguridad
security questionnaire | fragebogen* sicherheitsfragebogen* | questionnaire* | cuestionario*
certificate | zertifikat* nachweis* | certificat* attestation* | certificado*
audit | prufung* pruefung* audit* revision* | audit* controle* | auditoria*
penetration test | penetrationstest* pentest* | test_d_intrusion | prueba_de_penetracion
encryption | verschlussel* | chiffre* cryptage | cifrado encript*
vulnerability | sicherheitslucke* schwachstelle* lucke* | faille* vulnerabilit* | vulnerabilidad*
attack | angriff* angreif* | attaque* pirat* | ataque* atac*
application | bewerb* lebenslauf* | candidatur* cv postuler | curriculum solicitud_de_empleo candidatur*
job | stelle stellen job* arbeit* | emploi travail poste_de stage | empleo trabajo* vacante* puesto_de
salary | gehalt* | salaire* | salario* sueldo*
experience | erfahrung* | experience* | experiencia*
partner | partner* | partenaire* partenariat* | socio* alianza* colabor*
reseller | wiederverkauf* handler* vertriebspartner* | revend* distribut* | revend* distribui*
journalist | journalist* redakt* | journaliste* redact* | periodista* redact*
press | presse* | presse | prensa
article | artikel* beitrag* | article_de reportage* | articulo* reportaje*
interview | interview* | interview* entretien | entrevista*
advertising | werb* | publicit* | public*
website | webseite* website* internetseite* | site_web site_internet | pagina_web sitio_web
person | mensch* person personen | personne_humaine humain* quelqu_un | persona* humano* alguien
agent | berater* ansprechpartner* sachbearbeit* | conseill* interlocuteur* agent | agente* asesor* representante*
speak | sprech* reden | parl* discut* echanger | habl*
robot | roboter* bot | robot* | robot*
call me back | rufen_sie_mich_zuruck ruckruf_bitte | rappelez_moi me_rappeler | llameme que_me_llamen
hello | hallo moin servus guten_tag guten_morgen guten_abend gruss* gruezi | bonjour bonsoir salut coucou | hola buenas buenos_dias buenas_tardes buenas_noches saludos
thank you | danke* vielen_dank dank | merci* remerci* | gracias agradec*
bye | tschuss auf_wiedersehen feierabend | au_revoir bonne_journee a_bientot | adios hasta_luego
dear | lieb* sehr_geehrte sehr_geehrter geehrte* | cher chers chere | estimad* querid*
sir or madam | damen_und_herren | madame_monsieur madame monsieur | senor* senora*
know | wissen weiss kenn* | sais sav* connai* | saber se_sabe conoc*
tell | sagen sagt sage mitteil* teilen_sie | dire dites indiqu* inform* communiqu* | decir* diga digan inform* indic*
explain | erklar* erlauter* | expliqu* | explic*
check | pruf* pruef* uberpruf* | verifi* control* | verific* revis* comprob*
confirm | bestatig* bestaetig* | confirm* | confirm*
happen | passier* geschieh* | se_passe arriv* | pasa paso ocurr* sucede
use | nutz* verwend* benutz* | utilis* | usar uso utiliz*
create | erstell* anleg* | creer creation creez | crear crea creo creacion
open | offn* oeffn* offen* | ouvr* ouvert* | abrir abre abro abri abiert*
close | schliess* geschlossen* | ferm* | cerr* cierr*
choose | wahl* auswahl* | chois* | eleg* eligi*
give | geben gibst gib | donn* accord* | dar dan dame
get | krieg* | obten* avoir_un | obten* conseguir
make | mach* | faire fais fait faites | hacer hago hace haga
put | stell* setz* | mettre met mis | poner pon
see | sehen sehe ansehen | vois voir vu | ver veo visto
think | denk* glaub* uberleg* | pens* crois envisag* etudi* | pens* cre_que
like | gern gerne gefall* | plait | gusta
sorry | entschuldig* sorry leid | desole* excus* pardon | perdon disculp* lo_siento
before | vor bevor vorher | avant | antes
after | nachdem danach | apres | despues tras
between | zwischen | entre | entre
instead | statt anstatt | au_lieu | en_lugar en_vez
per | pro je_nutzer | par_utilisateur | por_usuario
date | datum* | date* | fecha*
name | name namen | nom noms | nombre*
team | team* abteilung* | equipe* service | equipo* departamento*
project | projekt* | projet* | proyecto*
product | produkt* | produit* | producto*
service | dienst dienste dienstleistung | service* prestation* | servicio*
software | software* programm* anwendung* | logiciel* application* outil* | programa* aplicacion* herramienta*
version | version* | version* | version*
minimum | mindest* | minimum minimal* engagement | minimo*
month end | monatsende* | fin_du_mois | fin_de_mes
attached | anbei beigefugt* anhang* angehangt* | ci_joint* piece_jointe joint jointe | adjunt*
interested | interess* | interess* | interes*
stop | aufhor* stopp* beend* | arret* stop | parar dejar_de deten*
unsubscribe | abmeld* abbestell* | desabonn* desinscri* | darse_de_baja desuscrib*
january | januar | janvier | enero
february | februar feber | fevrier | febrero
march | marz maerz | mars | marzo
april | april | avril | abril
may | mai | mai | mayo
june | juni | juin | junio
july | juli | juillet | julio
august | august | aout | agosto
september | september | septembre | septiembre
october | oktober | octobre | octubre
november | november | novembre | noviembre
december | dezember | decembre | diciembre
tuesday | dienstag* | mardi | martes
wednesday | mittwoch* | mercredi | miercoles
thursday | donnerstag* | jeudi | jueves
weekend | wochenende | week_end fin_de_semaine | fin_de_semana
morning | vormittag* morgens | matin matinee matins | manana_por
afternoon | nachmittag* mittag* | apres_midi | tarde tardes
evening | abend* | soir soiree | noche noches
four | vier | quatre | cuatro
five | funf fuenf | cinq | cinco
ten | zehn | dix | diez
first | erste ersten erster erstes | premier premiere | primer primero primera primeros
last | letzt* | dernier derniere derniers | ultim* pasad*
end | ende | fin | fin final
during | wahrend | pendant durant lors | durante mientras
then | dann danach also | ensuite alors puis ainsi donc | entonces luego
other | ander andere anderen anderer anderes | autre autres | otro otra otros otras
same | gleich* selbe* dieselb* | meme memes | mismo misma mismos mismas
own | eigen* | propre* | propio* propia*
each | jede jeden jeder jedes jeweils | chaque chacun chacune | cada
very | sehr | tres | muy
much | viel viele vielen | beaucoup | mucho muchos mucha muchas
too | zu_viel allzu | trop | demasiado
something | etwas | quelque_chose | algo
together | zusammen gemeinsam* | ensemble | juntos junto
unfortunately | leider bedauerlich* | malheureusement | lamentablemente desgraciadamente
directly | direkt* | directement | directamente
automatically | automatisch* | automatique* | automatic*
quickly | schnell* rasch* zeitnah* | vite rapide* | rapid* pronto
important | wichtig* | important* | importante*
available | verfugbar* bereit | disponible* | disponible*
necessary | notig* notwendig* erforderlich* | necessaire* | necesari*
current | bestehend* derzeitig* jetzig* | actuel actuelle existant* | actual actuales
previous | bisher* vorherig* vorig* | precedent* | anterior*
do | tun tut machen mach | faire faisons | hacer hagan
come | kommen kommt | venir vient venons | venir viene
go | gehen | aller va allons vont | ir va vamos voy
take | nehmen nimmt ubernehm* | prendre prend prenez | tomar toma
am | bin | suis | soy estoy
be | sein | etre sera soit serait | ser estar sea sera
write | schreib* | ecri* | escrib* escrit*
displayed | angezeigt erscheint* | affich* apparai* | aparec* muestra*
book | buch* reservier* | reserv* | reserv* agend*
organise | organisier* vereinbar* | organis* | organiz*
decide | entscheid* beschloss* beschluss* | decid* decision* | decid* decision*
compare | vergleich* | compar* | compar*
agree | zustimm* einverstanden | accept* d_accord | acept* de_acuerdo
negotiate | verhandl* spielraum* entgegenkomm* | negoci* | negoci*
non-profit | gemeinnutzig* verein vereine | association ong | ong sin_fines
school | schule* hochschul* | ecole* scolaire* | escuela* colegio*
group | konzern* gruppe* | groupe* | grupo*
department | fachbereich* | departement* | departamento*
accounting | buchhalt* | comptab* | contab*
sales | vertrieb* verkauf* | ventes commercial* vendre | ventas comercial*
human resources | personalabteilung* | rh ressources_humaines | recursos_humanos rrhh
board | aufsichtsrat* gremium* | conseil_d_administration comite | consejo junta_directiva
support | support kundendienst* | support assistance service_client | soporte atencion
solution | losung* loesung* | solution* | solucion*
administrator | administrator* admin | administrateur* | administrador*
fee | gebuhr* pauschal* | frais | honorarios gastos
lost | verloren vergessen | perdu* oublie* | perdi* olvid*
wrong | falsch* | faux fausse errone* | equivocad* incorrect*
incorrectly | versehentlich irrtumlich* | par_erreur | por_error
apology | entschuldigung* | excuses_officielles | disculpas
escalate | eskalier* | escalad* | escalar
official | offiziell* | officiel* | oficial*
personal | personlich* | personnel* | personal*
internship | praktik* werkstudent* | stage stagiaire | practicas becario
developer | entwickler* | developpeur* | desarrollador*
comment | stellungnahme* kommentar* | commentaire* | comentario* declaracion*
"""
