"""Words by which a prompt asks for what a distiller wants, in many languages.

A single word proves nothing: what counts is words of two groups close to each other (`elicitation`). "Step by
step" is in no group on its own: it is ordinary use. Words are compared in lower case; scripts without spaces
are matched by runs of two to four characters.

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
        reasoning thinking thoughts thought rationale rationales scratchpad monologue deliberation cot
        gedankengang gedankengänge gedanken überlegungen denkprozess denkweg
        raisonnement raisonnements réflexion réflexions pensée pensées
        razonamiento razonamientos pensamiento pensamientos raciocinio
        raciocínio raciocínios pensamento pensamentos
        ragionamento ragionamenti pensiero pensieri redenering gedachtegang gedachten
        rozumowanie rozumowania myśli рассуждение рассуждения рассуждений рассуждать мысли мыслей размышления
        міркування думки düşünme düşünce düşünceler muhakeme akıl
        التفكير تفكيرك الاستدلال المنطق أفكارك तर्क सोच विचार विचारों
        추론 사고 사고과정 생각 suy nghĩ luận penalaran pemikiran
        推理 思考 思路 思维 推論 思維 考え 推論過程 ความคิด เหตุผล
    """,
    # hidden from the reader, or before the answer
    "hidden": """
        hidden internal inner private unspoken underlying secret raw prior previous verborgen verborgene verborgenen
        interne internen innere inneren caché cachée internes interne intérieur intérieure oculto oculta ocultos
        interno interna internos internas interior nascosto nascosta interni verborgen intern ukryte wewnętrzne
        wewnętrzny скрытые скрытый скрытое внутренние внутренний внутреннее внутренних gizli içsel الداخلي
        المخفي الخفي छिपे आंतरिक 숨겨진 내부 내면 ẩn tersembunyi internal
        内部 隐藏 隱藏 内心 內心 隠れた ภายใน ซ่อน led behind arrived reached
    """,
    # all of it, not a summary
    "whole": """
        every each all full fully complete entire entirely whole detailed detail verbatim exhaustively length
        long lengthy thorough thoroughly uncut unabridged unedited unfiltered aloud transcribe
        jeden jede jedes alle alles vollständig vollständige
        vollständigen ausführlich ausführliche ganze chaque toutes tous tout complet complète intégral détaillé
        détaillée longuement cada todos todas todo completo completa detallado detallada extenso detalhado detalhada
        ogni tutti tutte tutto dettagliato elke volledig volledige alle każdy wszystkie pełne pełny каждый каждую каждое
        все всё полностью полный полную полное подробно подробный кожен tüm her tam ayrıntılı كل كامل كاملة بالتفصيل
        हर पूरा पूरी पूरे विस्तृत विस्तार 모든 전체 전부 자세히 상세히 toàn bộ mọi seluruh setiap lengkap
        完整 全部 所有 每一 每个 每個 详细 詳細 详尽 すべて 全て ทั้งหมด ทุก
    """,
    # marking somebody's work
    "grade": """
        grade rate score judge evaluate assess rank compare bewerte bewerten beurteile beurteilen note noter évalue
        évaluer évaluez juge califica calificar evalúa evaluar puntúa puntuar avalie avaliar pontue valuta valutare
        giudica beoordeel oceń oceniać оцени оцените оценить değerlendir puanla قيم قيّم تقييم मूल्यांकन आंकलन
        평가 채점 점수를 đánh giá chấm nilai menilai 评分 打分 评估 评价 評分 評估 評価 採点 ประเมิน ให้คะแนน
    """,
    # by fixed standards
    "rubric": """
        rubric rubrics criteria criterion scale points feedback helpfulness correctness rubrik kriterien kriterium
        punkten skala rubrique critère critères barème échelle rúbrica criterios criterio escala puntos rubrica
        critérios critério pontos criteri criterio punti scala criteria schaal punten kryteria kryteriów skali
        критерии критериям критериев шкале рубрика рубрике баллов kriter kriterlere ölçek معايير المعايير مقياس
        मानदंड मानदंडों पैमाने 기준 기준에 루브릭 척도 tiêu chí thang kriteria skala
        标准 标准 评分标准 量表 準則 基準 เกณฑ์
    """,
    # producing text
    "generate": """
        generate generating create creating write produce synthesize synthesise compose erzeuge erzeugen generiere
        generieren erstelle génère générer générez crée créer genera generar crea crear produce gere gerar crie criar
        genera generare crea creare genereer maak wygeneruj generuj stwórz сгенерируй сгенерируйте создай создайте
        генерируй üret oluştur أنشئ ولّد توليد बनाएं बनाओ उत्पन्न 생성 생성해 작성 tạo sinh buat hasilkan
        生成 创建 产生 產生 作成 作って สร้าง
    """,
    # meant for a learner that is a machine
    "data": """
        dataset datasets datapoints synthetic training finetuning tuning corpus distillation sft rlhf
        trainingsdaten datensatz datensätze trainingsbeispiele entraînement synthétique synthétiques
        entrenamiento sintético sintéticos treinamento sintéticos treino addestramento sintetici trainingsdata
        treningowe treningowych обучающих обучающие обучения датасет датасета синтетические eğitim sentetik veri
        تدريب بيانات प्रशिक्षण डेटासेट 학습 데이터셋 훈련 huấn luyện pelatihan sintetis
        训练 數據集 数据集 训练数据 訓練 学習 データセット ฝึก ชุดข้อมูล
    """,
    # names of tags that wrap a train of thought; they count only right after an opening angle bracket
    "tag": """
        think thinking thought thoughts reasoning scratchpad reflection analysis rationale inner_monologue cot
        reason reflect 思考 推理
    """,
}


def words() -> dict[str, int]:
    """Every word of the lexicon with the bits of the groups it belongs to."""
    found: dict[str, int] = {}
    for bit, text in enumerate(GROUPS.values()):
        for word in text.split():
            found[word] = found.get(word, 0) | (1 << bit)
    return found
