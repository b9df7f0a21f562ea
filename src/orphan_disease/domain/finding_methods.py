"""How a finding is found out: by asking, by examining, by a test that any clinic has, or by a special investigation.

The table places subtrees of HPO, and exceptions in them: of the placed ancestors of a term, the nearest count, and of
several nearest the one that asks most of the clinic. So "Hypoglycemia" is a test although metabolism is not, and
"Abnormal metacarpal morphology" needs a radiograph although a hand can be looked at.

*Ask* is what a patient or parent knows: symptoms, development, behaviour, course. *Examine* is seen, felt, heard or
measured at the bedside: skin, face, limbs, joints, tone, reflexes, blood pressure, liver edge. *Test* is had without
referral: blood count, clotting times, common chemistry, immunoglobulins, thyroid hormone, urine stick, spirometry,
electrocardiogram, audiometry, what an eye clinic sees with its lamp. *Special* is the rest: imaging, endoscopy,
neurophysiology, histology, enzymes, rare metabolites and hormones, antibodies, lymphocyte subsets. Written for this
project; where a subtree holds both, the harder method stands, and the exceptions that matter are named.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.ontology import Ontology

__all__ = ["FOUND_BY_LABELS", "FoundBy", "finding_table", "found_by_ranks"]


class FoundBy(StrEnum):
    """How a finding is found out, easiest first."""

    ASK = "ask"
    EXAMINE = "examine"
    TEST = "test"
    SPECIAL = "special"


FOUND_BY_LABELS: Final[Mapping[FoundBy, Mapping[str, str]]] = {
    FoundBy.ASK: {"en": "ask", "es": "preguntar"},
    FoundBy.EXAMINE: {"en": "examine", "es": "explorar"},
    FoundBy.TEST: {"en": "simple test", "es": "prueba sencilla"},
    FoundBy.SPECIAL: {"en": "special investigation", "es": "estudio especial"},
}
"""What a clinician reads."""

_ORDER: Final = tuple(FoundBy)

# One line a method and area, `method: id label; id label`; an indented line continues the one before.
_TABLE: Final = """
# general, growth, prenatal
ask: HP:0001197 Abnormality of prenatal development or birth; HP:0001945 Fever; HP:0012531 Pain; HP:0025142
  Constitutional symptom
examine: HP:0000769 Abnormality of the breast; HP:0000969 Edema; HP:0001507 Growth abnormality; HP:0001608 Abnormality
  of the voice
special: HP:0001194 Abnormalities of placenta or umbilical cord; HP:0002664 Neoplasm; HP:0025354 Abnormal cellular
  phenotype
# head, face, mouth, ear
ask: HP:0000364 Hearing abnormality; HP:0031704 Abnormal ear physiology
examine: HP:0000152 Abnormality of head or neck; HP:0000598 Abnormality of the ear; HP:0006482 Abnormal dental
  morphology; HP:0011328 Abnormal fontanelle morphology
special: HP:0000235 Abnormal cranial suture/fontanelle morphology; HP:0000245 Abnormal paranasal sinus morphology;
  HP:0000359 Abnormality of the inner ear; HP:0002693 Abnormal skull base morphology; HP:0002703 Abnormality of skull
  ossification; HP:0006479 Abnormal dental pulp morphology; HP:0006486 Abnormal dental root morphology; HP:0025423
  Abnormal larynx morphology; HP:3000036 Abnormal head blood vessel morphology
# eye
ask: HP:0000504 Abnormality of vision
examine: HP:0000478 Abnormality of the eye; HP:0000518 Cataract
test: HP:0000501 Glaucoma; HP:0000539 Abnormality of refraction; HP:0000551 Color vision defect; HP:0001098 Abnormal
  fundus morphology; HP:0001123 Visual field defect; HP:0004328 Abnormal anterior eye segment morphology; HP:0012632
  Abnormal intraocular pressure
special: HP:0030453 Abnormal visual electrophysiology; HP:0030601 Abnormal posterior segment imaging
# nervous system and behaviour
ask: HP:0001250 Seizure; HP:0002360 Sleep abnormality; HP:0002376 Developmental regression; HP:0003474 Somatic sensory
  dysfunction; HP:0011446 Abnormality of mental function; HP:0012759 Neurodevelopmental abnormality
examine: HP:0000707 Abnormality of the nervous system; HP:0004372 Reduced consciousness; HP:0009830 Peripheral
  neuropathy; HP:0011442 Abnormal central motor function; HP:0100022 Abnormality of movement
special: HP:0001311 Abnormal nervous system electrophysiology; HP:0002494 Abnormal rapid eye movement sleep;
  HP:0012443 Abnormal brain morphology; HP:0012639 Abnormal nervous system morphology; HP:0410263 Brain imaging
  abnormality; HP:5200298 Abnormal sleep architecture
# muscle, joints, connective tissue
ask: HP:0003394 Muscle spasm; HP:0003546 Exercise intolerance; HP:0012378 Fatigue
examine: HP:0001367 Abnormal joint morphology; HP:0003011 Abnormality of the musculature; HP:0003202 Skeletal muscle
  atrophy; HP:0011804 Abnormal muscle physiology; HP:0033127 Abnormality of the musculoskeletal system; HP:0034392
  Joint contracture; HP:0034430 Abnormal joint physiology; HP:0100261 Abnormal tendon morphology
special: HP:0000775 Abnormality of the diaphragm; HP:0003198 Myopathy; HP:0003457 EMG abnormality; HP:0004303 Abnormal
  muscle fiber morphology; HP:0034370 Abnormal muscle tissue metabolite concentration; HP:0034510 Abnormal muscle
  tissue enzyme activity or level; HP:0100240 Synostosis of joints
# bones: what is seen from outside, against what a radiograph shows
ask: HP:0002653 Bone pain; HP:0002659 Increased susceptibility to fractures
examine: HP:0000240 Abnormality of skull size; HP:0000765 Abnormal thorax morphology; HP:0000929 Abnormal skull
  morphology; HP:0001155 Abnormality of the hand; HP:0001156 Brachydactyly; HP:0001159 Syndactyly; HP:0001167 Abnormal
  finger morphology; HP:0001172 Abnormal thumb morphology; HP:0001373 Joint dislocation; HP:0001760 Abnormal foot
  morphology; HP:0001780 Abnormal toe morphology; HP:0002814 Abnormality of the lower limb; HP:0002817 Abnormality of
  the upper limb; HP:0002857 Genu valgum; HP:0002970 Genu varum; HP:0003498 Disproportionate short stature; HP:0005922
  Abnormal hand morphology; HP:0009826 Limb undergrowth; HP:0010442 Polydactyly; HP:0010674 Abnormal curvature of the
  vertebral column; HP:0011297 Abnormal digit morphology; HP:0040019 Finger clinodactyly; HP:0040064 Abnormality of
  limbs; HP:0040068 Abnormality of limb bone
special: HP:0000772 Abnormal rib morphology; HP:0000924 Abnormality of the skeletal system; HP:0000925 Abnormality of
  the vertebral column; HP:0000940 Abnormal diaphysis morphology; HP:0000944 Abnormal metaphysis morphology;
  HP:0001832 Abnormal metatarsal morphology; HP:0002813 Abnormal limb bone morphology; HP:0003272 Abnormal hip bone
  morphology; HP:0003312 Abnormal form of the vertebral bodies; HP:0003330 Abnormal bone structure; HP:0004348
  Abnormality of bone mineral density; HP:0005916 Abnormal metacarpal morphology; HP:0005918 Abnormal finger phalanx
  morphology; HP:0005930 Abnormal epiphysis morphology; HP:0010766 Ectopic calcification; HP:0045060
  Aplasia/hypoplasia involving bones of the extremities; HP:0100777 Exostoses
# skin, hair, nails
ask: HP:0000992 Cutaneous photosensitivity; HP:0011122 Abnormality of skin physiology; HP:0030880 Raynaud phenomenon
examine: HP:0001574 Abnormality of the integument; HP:0008069 Neoplasm of the skin; HP:0011276 Vascular skin
  abnormality; HP:0012032 Lipoma
special: HP:0011124 Abnormal epidermal morphology; HP:0033801 Blistering by histological location
# heart and vessels
ask: HP:0001279 Syncope; HP:0001297 Stroke; HP:0001645 Sudden cardiac death; HP:0001695 Cardiac arrest; HP:0001962
  Palpitations; HP:0002875 Exertional dyspnea
examine: HP:0000961 Cyanosis; HP:0001004 Lymphedema; HP:0001635 Congestive heart failure; HP:0002619 Varicose veins;
  HP:0030148 Heart murmur; HP:0030972 Abnormal systemic blood pressure; HP:0100585 Telangiectasia of the skin
test: HP:0011675 Arrhythmia; HP:0030956 Abnormality of cardiovascular system electrophysiology; HP:0031860 Abnormal
  heart rate variability
special: HP:0001626 Abnormality of the cardiovascular system; HP:0001640 Cardiomegaly; HP:0002092 Pulmonary arterial
  hypertension
# airways and lungs
ask: HP:0002086 Abnormality of the respiratory system; HP:0002094 Dyspnea; HP:0002099 Asthma; HP:0002104 Apnea;
  HP:0002205 Recurrent respiratory infections; HP:0011947 Respiratory tract infection; HP:0012735 Cough; HP:0032016
  Abnormal sputum
examine: HP:0002093 Respiratory insufficiency; HP:0002793 Abnormal pattern of respiration; HP:0030829 Abnormal breath
  sound
test: HP:0012415 Abnormal blood gas level; HP:0030878 Abnormality on pulmonary function testing
special: HP:0004347 Weakness of muscles of respiration; HP:0012252 Abnormal respiratory system morphology; HP:0012261
  Abnormal respiratory motile cilium physiology; HP:0030875 Abnormality of pulmonary circulation
# digestive tract, liver, spleen
ask: HP:0002015 Dysphagia; HP:0002019 Constipation; HP:0002020 Gastroesophageal reflux; HP:0002239 Gastrointestinal
  hemorrhage; HP:0011458 Abdominal symptom; HP:0012719 Functional abnormality of the gastrointestinal tract;
  HP:0025270 Abnormal esophagus physiology
examine: HP:0000023 Inguinal hernia; HP:0000163 Abnormal oral cavity morphology; HP:0000952 Jaundice; HP:0001438
  Abnormal abdomen morphology; HP:0001537 Umbilical hernia; HP:0001541 Ascites; HP:0001744 Splenomegaly; HP:0002240
  Hepatomegaly; HP:0004298 Abnormality of the abdominal wall; HP:0031816 Abnormal oral morphology; HP:0034915 Abnormal
  anus morphology
test: HP:0001410 Decreased liver function; HP:0025155 Abnormality of hepatobiliary system physiology
special: HP:0000776 Congenital diaphragmatic hernia; HP:0002012 Abnormality of the abdominal organs; HP:0002024
  Malabsorption; HP:0002031 Abnormal esophagus morphology; HP:0004386 Gastrointestinal inflammation; HP:0025031
  Abnormality of the digestive system
# kidney, urine, genitals
ask: HP:0000010 Recurrent urinary tract infections; HP:0000020 Urinary incontinence; HP:0000080 Abnormality of
  reproductive system physiology; HP:0000103 Polyuria; HP:0000140 Abnormality of the menstrual cycle; HP:0000144
  Decreased fertility; HP:0000787 Nephrolithiasis; HP:0010936 Abnormality of the lower urinary tract; HP:0012086
  Abnormal urinary color
examine: HP:0000028 Cryptorchidism; HP:0000047 Hypospadias; HP:0000811 Abnormal external genitalia morphology;
  HP:0031093 Abnormal breast morphology
test: HP:0000083 Renal insufficiency; HP:0000093 Proteinuria; HP:0000100 Nephrotic syndrome; HP:0000135 Hypogonadism;
  HP:0000790 Hematuria; HP:0003076 Glycosuria
special: HP:0000076 Vesicoureteral reflux; HP:0000119 Abnormality of the genitourinary system; HP:0000812 Abnormal
  internal genitalia; HP:0008669 Abnormal spermatogenesis; HP:0012862 Abnormal germ cell morphology; HP:0025487
  Abnormal bladder morphology
# hormones
examine: HP:0000771 Gynecomastia; HP:0000853 Goiter; HP:0001007 Hirsutism; HP:0008373 Puberty and gonadal disorders
test: HP:0000819 Diabetes mellitus; HP:0000821 Hypothyroidism; HP:0000836 Hyperthyroidism; HP:0002926 Abnormality of
  thyroid physiology
special: HP:0000818 Abnormality of the endocrine system
# blood chemistry and urine: what any laboratory measures at once, against the rest
ask: HP:0004370 Abnormality of temperature regulation
examine: HP:0001944 Dehydration
test: HP:0001941 Acidosis; HP:0001946 Ketosis; HP:0001948 Alkalosis; HP:0001952 Glucose intolerance; HP:0001987
  Hyperammonemia; HP:0002149 Hyperuricemia; HP:0002151 Increased circulating lactate concentration; HP:0002155
  Hypertriglyceridemia; HP:0003111 Abnormal blood ion concentration; HP:0003124 Hypercholesterolemia; HP:0003141
  Increased LDL cholesterol concentration; HP:0003233 Decreased HDL cholesterol concentration; HP:0004379 Abnormality
  of alkaline phosphatase level; HP:0011015 Abnormal blood glucose concentration; HP:0012100 Abnormal circulating
  creatinine concentration; HP:0012116 Abnormal circulating albumin concentration; HP:0025021 Abnormal erythrocyte
  sedimentation rate; HP:0032436 Abnormal circulating C-reactive protein concentration; HP:0033331 Acute phase
  response; HP:0033479 Abnormal circulating bilirubin concentration; HP:0040081 Abnormal circulating creatine kinase
  concentration; HP:0040133 Abnormal circulating ferritin concentration; HP:0045040 Abnormal circulating lactate
  dehydrogenase concentration; HP:0430135 Abnormal circulating hepatic transaminase concentration
special: HP:0001939 Abnormality of metabolism/homeostasis; HP:0003265 Neonatal hyperbilirubinemia
# blood
ask: HP:0001892 Abnormal bleeding
examine: HP:0001933 Subcutaneous hemorrhage
test: HP:0001888 Lymphopenia; HP:0001903 Anemia; HP:0001928 Abnormality of coagulation; HP:0003645 Prolonged partial
  thromboplastin time; HP:0011873 Abnormal platelet count; HP:0011893 Abnormal leukocyte count; HP:0020061 Abnormal
  hemoglobin concentration; HP:0032199 Abnormal prothrombin time; HP:0100827 Lymphocytosis
special: HP:0001871 Abnormality of blood and blood-forming tissues; HP:0001977 Abnormal thrombosis; HP:0003256
  Abnormality of the coagulation cascade; HP:0010975 Abnormal B cell count; HP:0011029 Internal hemorrhage; HP:0040088
  Abnormal lymphocyte count; HP:0040224 Abnormality of fibrinolysis
# immune system
ask: HP:0002719 Recurrent infections; HP:0002960 Autoimmunity; HP:0032101 Unusual infection; HP:0100326 Immunologic
  hypersensitivity
examine: HP:0001369 Arthritis; HP:0002716 Lymphadenopathy; HP:0002733 Abnormal lymph node morphology; HP:0012647
  Abnormal inflammatory response; HP:0025615 Abscess; HP:0100765 Abnormality of the tonsils
test: HP:0010701 Abnormal circulating immunoglobulin concentration
special: HP:0002715 Abnormality of the immune system; HP:0011450 Unusual CNS infection; HP:0030057 Autoimmune antibody
  positivity; HP:0031690 Opportunistic infection
# exceptions that lie below several of the above
ask: HP:0000246 Sinusitis; HP:0001511 Intrauterine growth retardation; HP:0001824 Weight loss; HP:0002090 Pneumonia;
  HP:0002315 Headache; HP:0003418 Back pain
examine: HP:0000252 Microcephaly; HP:0000256 Macrocephaly; HP:0000470 Short neck; HP:0000509 Conjunctivitis;
  HP:0000682 Abnormal dental enamel morphology; HP:0000960 Sacral dimple; HP:0001096 Keratoconjunctivitis; HP:0001161
  Hand polydactyly; HP:0001171 Split hand; HP:0001773 Short foot; HP:0001829 Foot polydactyly; HP:0001831 Short toe;
  HP:0001838 Rocker bottom foot; HP:0001840 Metatarsus adductus; HP:0001991 Aplasia/Hypoplasia of toe; HP:0002827 Hip
  dislocation; HP:0002979 Bowing of the legs; HP:0003273 Hip contracture; HP:0003306 Spinal rigidity; HP:0004279 Short
  palm; HP:0005487 Prominent metopic ridge; HP:0006265 Aplasia/Hypoplasia of fingers; HP:0006488 Bowing of the arm;
  HP:0009381 Short finger; HP:0009815 Aplasia/hypoplasia of the extremities; HP:0009821 Forearm undergrowth;
  HP:0009824 Upper limb undergrowth; HP:0010760 Absent toe; HP:0011304 Broad thumb; HP:0012031 Lipomatous tumor;
  HP:0040189 Scaling skin; HP:0100257 Ectrodactyly; HP:0100490 Camptodactyly of finger; HP:0100533 Inflammatory
  abnormality of the eye; HP:0200055 Small hand
test: HP:0000405 Conductive hearing impairment; HP:0000407 Sensorineural hearing impairment; HP:0000553 Abnormal uvea
  morphology; HP:0000646 Amblyopia; HP:0001396 Cholestasis; HP:0004329 Abnormal posterior eye segment morphology;
  HP:0011389 Functional abnormality of the inner ear; HP:0020129 Abnormal urine protein level
special: HP:0000025 Functional abnormality of male internal genitalia; HP:0000044 Hypogonadotropic hypogonadism;
  HP:0000764 Peripheral axonal degeneration; HP:0000795 Abnormality of the urethra; HP:0000927 Abnormality of skeletal
  maturation; HP:0003560 Muscular dystrophy; HP:0005403 T lymphocytopenia; HP:0011425 Fetal ultrasound soft marker;
  HP:0025783 Diagnostic behavioral phenotype; HP:0031066 Abnormal ovarian physiology; HP:0031404 Impaired
  antigen-specific response; HP:0034809 Abnormal sperm physiology; HP:0045027 Abnormality of the thoracic cavity;
  HP:0100704 Cerebral visual impairment; HP:0200134 Epileptic encephalopathy
"""


@cache
def finding_table() -> Mapping[str, tuple[FoundBy, str]]:
    """The table: HPO id -> how it, and what descends from it, is found out, and its label.

    >>> finding_table()["HP:0001903"]
    (<FoundBy.TEST: 'test'>, 'Anemia')
    """
    placed: dict[str, tuple[FoundBy, str]] = {}
    for line in _TABLE.strip().replace("\n  ", " ").splitlines():
        if line.startswith("#"):
            continue
        method, _, entries = line.partition(": ")
        for entry in entries.split("; "):
            term_id, _, label = entry.partition(" ")
            placed[term_id] = (FoundBy(method), label)
    return placed


def found_by_ranks(ontology: Ontology) -> npt.NDArray[np.int8]:
    """How every term is found out, as its place in `FoundBy`, shape (T,); what the table does not place is special.

    Args:
        ontology: HPO; rows of the table that it does not know are passed over.
    """
    known = ((term, how) for term, (how, _) in finding_table().items() if term in ontology.index)
    placed = {ontology.index[term]: _ORDER.index(how) for term, how in known}
    ranks = np.full(len(ontology.term_ids), len(_ORDER) - 1, dtype=np.int8)
    if not placed:
        return ranks
    roots = np.array(sorted(placed), dtype=np.intp)
    above = sparse.csc_matrix(ontology.closure)[:, roots]  # T x roots: the placed ancestors of each term
    beaten = _beaten(sparse.csr_matrix(above), roots)
    levels = np.array([placed[root] for root in roots.tolist()], dtype=np.int8)
    nearest = sparse.coo_matrix(above.astype(bool) > beaten)
    found = np.full(len(ranks), -1, dtype=np.int8)
    np.maximum.at(found, nearest.row, levels[nearest.col])
    return np.where(found >= 0, found, ranks).astype(np.int8)


def _beaten(above: sparse.csr_matrix, roots: npt.NDArray[np.intp]) -> sparse.csr_matrix:
    """T x roots truth values: of each term's placed ancestors, those that lie above another one of them."""
    among = sparse.csr_matrix(above[roots])
    among.setdiag(0)
    among.eliminate_zeros()
    return sparse.csr_matrix(above @ among).astype(bool)
