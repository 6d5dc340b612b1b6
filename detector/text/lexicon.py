"""Words by which a prompt asks for what a distiller wants, in many languages.

A single word proves nothing: what counts is words of two groups close to each other (`elicitation`). "Step by
step" is in no group on its own: it is ordinary use. Words are compared in lower case; scripts without spaces
are matched by runs of two to four characters, so that of a longer word one telling run is listed.

References
----------
.. [1] Anthropic (23 Feb 2026), "Detecting and preventing distillation attacks": prompts that ask to imagine and
       write out the reasoning behind a completed answer; rubric grading.
.. [2] Google GTIG (Feb 2026), "AI Threat Tracker": reasoning-trace coercion in languages other than English.
"""

from __future__ import annotations

#: group → words. The position of a group in this dict is its bit.
GROUPS: dict[str, str] = {
    # what is asked for: a train of thought
    "thought": """
        reasoning thinking thoughts thought rationale rationales scratchpad monologue deliberation deliberations
        cot gedankengang gedankengänge gedanken überlegungen denkprozess denkweg gedankenkette denkschritte
        raisonnement raisonnements réflexion réflexions pensée pensées razonamiento razonamientos pensamiento
        pensamientos raciocinio raciocínio raciocínios pensamento pensamentos raonament ragionamento
        ragionamenti pensiero pensieri redenering redeneringen gedachtegang gedachten denkproces rozumowanie
        rozumowania rozumowaniu myśli myślenie myślenia myślowy myślowe úvahy úvah úvahu myšlení myšlenky
        myšlenkový uvažování рассуждение рассуждения рассуждений рассуждать мысли мыслей размышления размышлений
        мышления міркування міркувань думки думок мислення raționament raționamentul raționamente gândire
        gândirea gânduri gândurile tanke tankar tankegång tankegången tankekedja resonemang resonemanget
        tankeprocess tanker tankegang tankegangen ræsonnement resonnement ajattelu ajattelusi ajatukset
        ajatuksesi päättely päättelysi päättelyketju gondolatmenet gondolatmenetet gondolatok gondolataid
        gondolkodás érvelés σκέψη σκέψεις σκέψης συλλογισμός συλλογισμό συλλογιστική düşünme düşünce düşünceler
        düşünceleri düşüncelerini düşüncelerin düşünceni muhakeme muhakemeni akıl מחשבה מחשבות מחשבותיך חשיבה
        التفكير تفكيرك تفكير الاستدلال استدلالك المنطق أفكارك أفكار الأفكار افكارك استدلال استدلالات فکر افکار
        تفکر تفکرات تفکرت سوچ خیالات तर्क सोच विचार विचारों तर्कों চিন্তা চিন্তাভাবনা যুক্তি சிந்தனை 추론 사고
        사고과정 생각 suy nghĩ luận penalaran pemikiran pikiran penaakulan pangangatwiran iisip fikra mawazo
        推理 思考 思路 思维 思維 推論 考え คิด ตุผล denkprotokoll denkprozesse gedankenganges gedankengangs
        monolog monologs monologo monólogo monoloog monológ monologul monologu gedachtengang denkstappen
        tankekedjan tankegångar resonemangen tankerekke tankerækken overvejelser tankestrøm ajatuksenkulku
        ajatuksenkulkusi ajatuksenkulun ajatusketju ajatusketjun pohdinta pohdintasi ajatuksia gondolatodat
        gondolatod gondolataidat gondolatait gondolatot gondolatokat gondolatsor gondolatsort érvelést érvelésed
        gândurilor gândirii raționamentele deliberare deliberarea myślowego myślowych rozumowań przemyślenia
        myšlenek úvahou монолог мысль мыслью рассуждением роздуми роздумів σκέψεών μονόλογο μονόλογος
        συλλογισμούς המחשבה המחשבות מחשבתך ההיגיון השיקולים שיקולים المنطقي أفكارا التفكر فکری افکارت افکارم
        خیال سوچنے سوچوں سوچیں विचारधारा विचारप्रक्रिया चिंतन ভাবনা ভাবনাগুলো চিন্তার চিন্তাগুলো சிந்தனைகள்
        எண்ணங்கள் wazo hoja fikira fikiran tư duy pangangatuwiran kaisipan düşüncelerinin düşünceyi mülahaza
        мисли мислите разсъждение разсъждения разсъжденията мисленето мисъл мисълта размисъл размисли мисловен
        мисловния razmišljanje razmišljanja razmišljanju rasuđivanje rasuđivanja zaključivanje zaključivanja
        misli misaoni promišljanje размишљање размишљања расуђивање расуђивања мисаони uvažovanie uvažovania
        uvažovaní myslenie myslenia myšlienky myšlienok myšlienkový úvaha razmislek razmisleki sklepanje
        sklepanja miselni raonaments pensaments samprotavimas samprotavimai samprotavimus samprotavimą mąstymas
        mąstymo mąstymą mintys mintis minčių spriedumi spriedumus spriešanas spriešanu domāšanas domāšanu domas
        domu arutluskäik arutluskäigu arutluskäiku mõttekäik mõttekäigu mõttekäiku mõtted mõtete arutelu
        சிந்தனையை சிந்தனைச் எண்ணம் பகுத்தறிவு தர்க்கம் ఆలోచన ఆలోచనలు ఆలోచనలను ఆలోచనా తర్కం తర్కాన్ని વિચાર
        વિચારો તર્ક ചിന്ത ചിന്തകൾ യുക്തി ಆಲೋಚನೆ ಆಲೋಚನೆಗಳು ತರ್ಕ ਸੋਚ ਵਿਚਾਰ ਤਰਕ მსჯელობა მსჯელობის ფიქრები აზრები
        აზროვნება აზროვნების դատողություն դատողությունները դատողություններ մտքեր մտքերը մտածողություն ойлау
        ойларыңды ойларың пайымдау пайымдауыңды düşüncələr düşüncələrini mühakimə mühakiməni mulohaza
        mulohazalar fikrlash mantiki
    """,
    # hidden from the reader, or before the answer
    "hidden": """
        hidden internal inner private unspoken underlying secret raw prior previous concealed verborgen
        verborgene verborgenen interne internen internes innere inneren inneres caché cachée cachés cachées
        intérieur intérieure oculto oculta ocultos ocultas interno interna internos internas interior interiores
        íntimos nascosto nascosta nascosti interni intern ukryte ukryty ukrytego wewnętrzne wewnętrzny
        wewnętrznego skryté skrytý vnitřní interní скрытые скрытый скрытое скрытых внутренние внутренний
        внутреннее внутренних приховані приховане прихований внутрішні внутрішнє внутрішній внутрішніх ascuns
        ascunse interioară interioare dold dolda inre skjult skjulte indre piilotettu piilotetut sisäinen
        sisäiset sisäisen rejtett belső κρυφή κρυφές κρυφό εσωτερική εσωτερικές εσωτερικό gizli içsel נסתרות
        נסתרת נסתר הנסתרות פנימית פנימיות הפנימי הפנימיות الداخلي الداخلية داخلي المخفي المخفية الخفي الخفية
        خفية پنهان درونی مخفی پوشیدہ اندرونی चھپی छिपे छिपी छिपा छुपे छुपी आंतरिक अंतरिक गुप्त লুকানো অভ্যন্তরীণ
        மறைந்த 숨겨진 숨은 내부 내면 내적 ẩn tersembunyi batin dalaman nakatagong 内部 隐藏 隱藏 内心 內心
        隠れた 隠され 内なる ายใน ซ่อน led behind arrived reached roh rohe rohen ungefilterten verborgenem
        innerem crudo cruda crudos brut brute bruts cru rå råa rått raaka nyers brutto surowe surowy сырые сырой
        сырых ham mentah ดิบ скрит скрити скритите скритото вътрешен вътрешни вътрешния вътрешните вътрешното
        skriven skriveni skrivene skriveno skrivena unutarnje unutarnji unutrašnje unutrašnji unutrašnja
        скривено скривени скривене скривена унутрашње унутрашњи унутрашња vnútorné vnútorný vnútorného skrytého
        skrito skrite notranje notranji notranjo ocults interns paslėptas paslėpti paslėptus paslėptą vidinis
        vidinį vidines vidinius slēpts slēptās slēpto iekšējais iekšējo iekšējās peidetud varjatud sisemine
        sisemise sisemised உள் உள்ளார்ந்த மறைக்கப்பட்ட దాచిన అంతర్గత છુપાયેલ આંતરિક മറഞ്ഞ ആന്തരിക ಗುಪ್ತ ಆಂತರಿಕ
        ਲੁਕਵੇਂ ਅੰਦਰੂਨੀ लपलेले लपलेली लपलेला ფარული შინაგანი დამალული թաքնված ներքին жасырын ішкі daxili yashirin
        ichki
    """,
    # all of it, not a summary
    "whole": """
        every each all full fully complete entire entirely whole detailed detail verbatim exhaustively length
        long lengthy thorough thoroughly uncut unabridged unedited unfiltered aloud transcribe jeden jede jedes
        alle alles vollständig vollständige lückenlos ungekürzt ungekürzte vollständigen ausführlich
        ausführliche ganze chaque toutes tous tout complet complète intégral intégrale intégralité détaillé
        détaillée longuement cada todos todas todo completo completa íntegro íntegra detallado detallada extenso
        detalhado detalhada integralmente ogni tutti tutte tutto dettagliato elke volledig volledige każdy każdą
        wszystkie pełne pełny pełen cały každý každou všechny celý celé úplné каждый каждую каждое все всё
        полностью полный полную полное подробно подробный кожен кожну усі всі повністю повний повне докладно
        fiecare toate completă întreg întregul varje alla hela fullständig fullständigt hver hele fuldstændig
        fullstendig jokainen kaikki koko täydellinen yksityiskohtaisesti minden teljes összes részletesen κάθε
        όλες όλα όλη πλήρη πλήρης αναλυτικά tüm tümünü her tam tamamını bütün ayrıntılı כל המלא מלא كل كامل
        كاملة كاملا جميع بالتفصيل هر همه تمام کامل مکمل ہر हर पूरा पूरी पूरे सारी सारे सभी विस्तृत विस्तार সব
        প্রতিটি সম্পূর্ণ அனைத்து முழு 모든 모두 전체 전부 자세히 상세히 toàn bộ mọi đầy seluruh semua setiap
        lengkap buong lahat kila 完整 全部 所有 每一 每个 每個 详细 詳細 详尽 すべて 全て 一つ残 หมด ทุก весь
        вся всю всего целиком увесь цілком intero intera interi intere interamente completi por ολόκληρη
        ολόκληρο ολόκληρος όλο όλους bawat buo kabuuan yote zote wote kamili kikamilifu kirefu پوری پورا پورے
        ہرایک تفصیل تفصیلی بالکامل בכללותו במלואו המלאה כולה כולו মোট পুরো বিস্তারিত প্রতি penuh sepenuhnya
        celou celá všech wszystkich całe całą mind mindegyik egész összesen kaikkia kaikkine täysin samtliga
        allt fulla alt fulde fulle hel geheel gehele compleet toute entière entiers ganzen gesamte gesamten
        sämtliche всяка всеки всяко всички цялата целия цялото пълно пълния пълната изцяло svaki svaku svaka
        svake sve cijeli cijelo cijelu potpuno potpuni detaljno celo celu celokupan celokupno сваки сваку сваке
        све цело целу потпуно детаљно každú všetky všetko úplný podrobne vsak vsako vse celoten celotno popolno
        podrobno tot totes sencer sencera detallat kiekvieną kiekvienas visą visas visus pilną išsamiai katru
        katrs visu pilnu pilnībā detalizēti iga kogu kõik täielik täieliku täielikult üksikasjalikult ஒவ்வொரு
        முழுமையாக விரிவாக எல்லா ప్రతి పూర్తి పూర్తిగా మొత్తం వివరంగా అన్ని દરેક સંપૂર્ણ બધા ഓരോ മുഴുവൻ പൂർണ്ണ
        എല്ലാ ಪ್ರತಿ ಸಂಪೂರ್ಣ ಎಲ್ಲಾ ਹਰ ਪੂਰੀ ਸਾਰੇ प्रत्येक सर्व संपूर्ण ყველა ყოველი მთელი სრული სრულად დეტალურად
        ամբողջ յուրաքանչյուր բոլոր ամբողջական ամբողջությամբ մանրամասն барлық әрбір толық толығымен ətraflı
        barcha
    """,
    # marking somebody's work
    "grade": """
        grade rate score judge evaluate assess rank compare bewerte bewerten beurteile beurteilen note noter
        évalue évaluer évaluez juge califica calificar evalúa evaluar puntúa puntuar avalie avaliar pontue
        valuta valutare giudica beoordeel oceń oceniać ohodnoť posuď оцени оцените оценить оціни оцініть
        evaluează notează bedöm betygsätt vurder bedøm arvioi pisteytä értékeld pontozd αξιολόγησε βαθμολόγησε
        değerlendir değerlendirin değerlendirme puanla דרג הערך قيم قيّم تقييم ارزیابی امتیاز मूल्यांकन आंकलन
        মূল্যায়ন 평가 평가하고 평가해 평가하세요 평가하라 채점 채점해 채점하세요 점수를 đánh giá chấm nilai
        menilai 评分 打分 给分 給分 评估 评价 评判 評分 評估 評価 採点 เมิน ะแนน оценете оценявай оценка ocijeni
        ocijenite ocjenjuj oceni ocenite vrednuj ohodnoťte posúď posúďte vyhodnoť avalua avaluar qualifica
        įvertink įvertinkite vertink novērtē novērtējiet hinda hinnake மதிப்பிடு மதிப்பிடவும் மதிப்பீடு
        మూల్యాంకనం మదింపు મૂલ્યાંકન വിലയിരുത്തുക ಮೌಲ್ಯಮಾಪನ ਮੁਲਾਂਕਣ შეაფასე შეაფასეთ գնահատիր գնահատեք գնահատել
        бағала бағалаңыз qiymətləndir qiymətləndirin bahola baholang tathmini
    """,
    # by fixed standards
    "rubric": """
        10 rubric rubrics criteria criterion scale points feedback helpfulness correctness rubrik kriterien
        kriterium punkten skala rubrique critère critères barème échelle rúbrica criterios criterio escala
        puntos rubrica critérios critério pontos criteri punti scala schaal punten kryteria kryteriów skali
        kritéria kritérií stupnici критерии критериям критериев шкале рубрика рубрике баллов критерії критеріями
        шкалою балів criterii criteriile punctaj kriterier kriterierna skalan poäng kriterierne kriteerit
        asteikolla szempontok pontszám κριτήρια κλίμακα kriter kriterlere kriterler ölçek ölçeğe קריטריונים سلم
        معايير المعايير مقياس معیار معیارها معیارهای मानदंड मानदंडों पैमाने মানদণ্ড 기준 기준에 루브릭 척도 tiêu
        chí thang kriteria 标准 標準 細則 细则 评语 評語 更优 优劣 優劣 評分標準 评分标准 量表 準則 基準 กณฑ์
        критериите критерия скала скалата точки kriterij kriteriji kriterijima kriterijum kriterijuma
        kriterijumima ljestvici bodova poena критеријум критеријуми критеријумима скали поена kritériám bodov
        merila merilih merilom lestvici točk criteris kriterijus kriterijų kriterijai skalėje balų kritēriji
        kritērijiem skalā kriteeriumid kriteeriumide skaalal அளவுகோல் அளவுகோல்கள் ప్రమాణాలు ప్రమాణాల માપદંડ
        മാനദണ്ഡങ്ങൾ ಮಾನದಂಡ ਮਾਪਦੰਡ निकष निकषांनुसार კრიტერიუმები კრიტერიუმების კრიტერიუმებით ქულა չափանիշներ
        չափանիշների չափանիշներով критерийлер meyar meyarlar meyarlara mezonlar vigezo
    """,
    # producing text
    "generate": """
        generate generating create creating write produce synthesize synthesise compose evolve erzeuge erzeugen
        generiere generieren erstelle génère générer générez crée créer genera generar crea crear gere gerar
        crie criar generare creare genereer maak wygeneruj generuj stwórz vygeneruj vytvoř сгенерируй
        сгенерируйте создай создайте генерируй згенеруй створи generează creează generera skapa generer lag luo
        generoi generálj készíts δημιούργησε üret üretin oluştur oluşturun צור أنشئ ولّد توليد تولید ایجاد बनाएं
        बनाओ बनाइए उत्पन्न তৈরি 생성 생성해 생성하세요 작성 작성해 작성하세요 만들어 tạo sinh buat buatlah
        hasilkan 生成 创建 产生 產生 作成 作って ร้าง генерирай генерирайте създай създайте generiraj
        generirajte generiši generišite stvori napravi izradi генериши генеришите направи vytvor vytvorte
        vygenerujte ustvari ustvarite sukurk sukurkite generuok sugeneruok izveido izveidojiet ģenerē uzģenerē
        genereeri loo koosta உருவாக்கு உருவாக்கவும் రూపొందించు రూపొందించండి సృష్టించండి બનાવો സൃഷ്ടിക്കുക ರಚಿಸಿ
        ਬਣਾਓ तयार შექმენი შექმენით ստեղծիր ստեղծեք құрастыр жасаңыз yarat yaradın yarating tengeneza
    """,
    # meant for a learner that is a machine
    "data": """
        dataset datasets datapoints synthetic training finetuning tuning corpus distillation sft rlhf
        trainingsdaten datensatz datensätze trainingsbeispiele entraînement synthétique synthétiques
        entrenamiento sintético sintéticos treinamento treino addestramento sintetici trainingsdata treningowe
        treningowych trénovací trénovacích обучающих обучающие обучения датасет датасета датасету синтетические
        синтетических навчальних навчальні навчання antrenament sintetice träningsdata syntetisk syntetiska
        træningsdata treningsdata koulutusdata tanító szintetikus εκπαίδευσης eğitim sentetik veri אימון تدريب
        بيانات آموزشی داده مصنوعی प्रशिक्षण डेटासेट প্রশিক্ষণ 학습 학습용 데이터셋 훈련 훈련용 huấn luyện
        pelatihan sintetis latihan 训练 數據集 数据集 训练数据 訓練 学習 タセット ฝึก ข้อม обучителни обучаващи
        treniranje treninga obučavanje obuku тренирање обуку trénovanie trénovacie tréningové učne učenje
        entrenament sintètic sintètiques mokymui mokymo apmācības apmācībai treeningandmed treeningandmeid
        andmestik பயிற்சி శిక్షణ તાલીમ പരിശീലന ತರಬೇತಿ ਸਿਖਲਾਈ სასწავლო ուսուցման оқыту təlim mafunzo
    """,
    # to think, as a verb: what one thinks is asked for only where it is to be set down word for word
    "think": """
        think thinks thinking pondering mind head denkst denken gedacht kopf penses pensez pensais penser tête
        piensas pienses piensa pensaste mente cabeza pensa pensas pensou cabeça pensi pensato testa denkt hoofd
        myślisz głowie myslíš hlavě думаешь думаете голове думаєш думаєте голові gândești minte tänker huvudet
        tænker tenker ajattelet mielessäsi gondolsz fejedben σκέφτεσαι μυαλό düşündüğün düşündüğünü
        düşündüklerini zihninden aklından חושב ראשך تفكر يدور ذهنك فكرت ذهنت اندیشی ذہن सोचते सोचा मन ভাবছ
        머릿속 떠오르는 생각하는 nghĩ đầu pikirkan benak iniisip 頭の中 考えた 脑中 脑海 腦海 心里 心中 คิด ในใจ
        ragiona ragionare ragionando pensando denke denk nachdenken überlege überleg überlegst přemýšlej
        přemýšlíš premýšľaj myśl myśleć zastanów ajattele ajattelu ajatella gondolkodj gondolkozz gondolkodás
        σκέψου σκεφτείς gândește düşün düşünün pienso pensar réfléchis réfléchir reflexiona думай подумай думать
        рассуждай міркуй думати חשוב לחשוב فكر بیندیش فکر सोचो सोचिए ভাবো ভাব tänk tenk tænk isipin isip
        berpikir berfikir pikir fikir fikiri suy мислиш мислейки помисли главата ума misliš razmišljaj
        razmišljaš promisli glavi umu размишљај глави premýšľaš hlave galvoji galvok galvoje domā domājot galvā
        mõtled mõtle peas யோசி நினைக்கிறாய் ఆలోచించు ఆలోచిస్తున్నావో ფიქრობ იფიქრე մտածիր մտածում ойлан
    """,
    # as it was thought, nothing left out
    "verbatim": """
        verbatim aloud transcribe unfiltered unabridged uncut unedited unsummarised unsummarized wörtlich
        wortwörtlich ungefiltert ungekürzt textuellement intégralement textualmente transcriba literalmente
        íntegramente transcreva integralmente letteralmente trascrivi letterlijk ongefilterd dosłownie słowo
        doslovně дословно дослівно ordagrant ordrett ordret sanasta suodattamatta αυτολεξεί kelimesi kelimesine
        aynen מילה حرفيا حرفياً عیناً لفظ शब्दशः हूबहू হুবহু 그대로 빠짐없이 낱낱이 nguyên văn mentah 逐字 逐句
        原样 原樣 毫无保 一字不 そのまま 一つ残 書き写 คำต่ มย่อ voz voce voix laut hardop högt højt høyt ääneen
        nahlas głos hangosan tare φωναχτά μεγαλόφωνα sesli вслух вголос רם بصوت بلند ज़ोर बोलकर 소리 lantang
        malakas tiếng 声に出 出声 大声 省略せ дума doslovno doslovce riječ naglas glasno дословце doslovne
        dobesedno textualment literalment pažodžiui garsiai burtiski skaļi valjusti სიტყვასიტყვით ხმამაღლა
        բառացիորեն բարձրաձայն сөзбе
    """,
    # names of tags that wrap a train of thought; they count only right after an opening angle bracket
    "tag": """
        think thinking thought thoughts reasoning scratchpad reflection analysis rationale inner_monologue cot
        reason reflect 思考 推理
    """,
}
#: What may follow a Korean noun without a space.
PARTICLES = "을 를 이 가 은 는 의 에 로 으로 과 와 도 만 들을 들 까지 부터".split()
HANGUL = ("가", "힣")


def words() -> dict[str, int]:
    """Every word of the lexicon with the bits of the groups it belongs to."""
    found: dict[str, int] = {}
    for bit, text in enumerate(GROUPS.values()):
        for word in text.split():
            for form in _forms(word):
                found[form] = found.get(form, 0) | (1 << bit)
    return found


def _forms(word: str) -> list[str]:
    """A word, and with each particle if it is Korean."""
    korean = HANGUL[0] <= word[-1] <= HANGUL[1]
    return [word, *(word + particle for particle in PARTICLES)] if korean else [word]
