"""Which words move which features of a portrait: faces, looks and the characters of the stand-in.

A feature is one number of the latent. Faces are displacements from a neutral face at rest; looks are absolute.
"""

from __future__ import annotations

COMPOSITION = ["x", "y", "zoom", "tilt", "turn", "light", "bg_x", "bg_y"]
COLOURS = [f"{part}_{channel}" for part in ("hair", "skin", "iris", "shirt", "bg") for channel in "rgb"]
SHAPES = [
    "hair_len", "hair_vol", "wave", "fringe", "part", "bun", "tail", "beard", "brow_thick", "face_w", "chin",
    "nose", "lips", "eye_size", "lash", "age", "freckle", "glasses", "collar", "earring", "masc",
]  # fmt: skip
FACE = [
    "brow_up", "brow_in", "brow_skew", "lids", "squint", "gaze_x", "gaze_y", "wink", "smile", "open", "round",
    "teeth", "smirk", "pout", "bite", "tongue", "blush", "tears", "nod",
]  # fmt: skip
NAMES = [*COMPOSITION, *COLOURS, *SHAPES, *FACE, "blur"]
INDEX = {name: i for i, name in enumerate(NAMES)}

# words -> features; the longest phrase wins, and of several words for one feature the strongest counts
FACES: dict[str, str] = {
    "neutral": "",
    "bored": "lids-.42 brow_up-.2 smile-.22 gaze_y-.25 gaze_x.3 pout.15",
    "apathetic": "lids-.45 smile-.2 brow_in.1",
    "tired": "lids-.5 brow_in.25 nod.2",
    "sleepy": "lids-.62 brow_in.2",
    "frowning": "brow_in-.85 brow_up-.35 smile-.75 squint.2",
    "disappointed": "smile-.6 brow_in-.3 gaze_y.3 lids-.18",
    "annoyed": "brow_in-.7 smile-.4 lids-.25 brow_skew.3",
    "angry": "brow_in-1.15 brow_up-.55 smile-.7 squint.4 teeth.5 open.12",
    "furious": "brow_in-1.3 brow_up-.6 open.45 teeth1 smile-.8",
    "surprised": "brow_up.95 lids.55 open.6 round.85 smile-.05",
    "shocked": "brow_up1.1 lids.7 open.75 round.9",
    "gasping": "open.7 round.8 lids.4 brow_up.7",
    "confused": "brow_skew.6 brow_up.35 gaze_x.15",
    "open mouth": "open.52",
    "closed mouth": "open-.5",
    "smiling": "smile.85 squint.22 brow_up.12 blush.12 teeth.4",
    "smile": "smile.85 squint.22 brow_up.12 blush.12",
    "smiling with open mouth": "smile.92 squint.28 open.42 teeth1 brow_up.22 blush.15",
    "closed smiling": "smile.78 squint.22 open-.5 teeth-.5 blush.12",
    "grin": "smile.95 squint.3 open.2 teeth1",
    "happy": "smile.7 squint.2 brow_up.15",
    "laughing": "smile1.1 open.8 teeth1 squint1 lids-.5 brow_up.5 blush.3 nod-.3",
    "hysterically": "open.85 blush.4 tears.3",
    "excited": "smile1 open.55 teeth.9 brow_up.7 lids.4 blush.25",
    "sad": "brow_in.95 smile-.8 lids-.2 gaze_y.3 nod.3",
    "crying": "brow_in.95 smile-.7 tears1 blush.35 nod.25 open.1",
    "eyes closed": "lids-1.4",
    "closed eyes": "lids-1.4",
    "teasing": "smirk.7 smile.3",
    "flirty": "smirk.75 smile.35 lids-.25 squint.2 blush.4",
    "playful": "smile.4 brow_skew.3 blush.2",
    "suggestive": "lids-.3 smirk.5",
    "seductive": "lids-.38 smirk.6 smile.2",
    "smirking": "smirk1 smile.3 squint.25 brow_skew.5",
    "smirk": "smirk1 smile.3 squint.25 brow_skew.5",
    "squinting": "squint.6",
    "winking": "wink1 smile.6 smirk.3",
    "pouting": "pout1 smile-.35 brow_in.3 blush.2",
    "pout": "pout1 smile-.35 brow_in.3",
    "puckered lips": "pout1.2 round.5",
    "kissing": "pout1.1 blush.35",
    "biting lip": "bite1 smile.15 brow_in.35 blush.35",
    "sticking out tongue": "tongue1 open.42 smile.5 squint.3",
    "tongue out": "tongue1 open.42 smile.5",
    "embarrassed": "blush1 brow_in.6 smile-.1 gaze_y.4 gaze_x-.4",
    "blushing": "blush1",
    "looking away": "gaze_x1",
    "looking down": "gaze_y.9 nod.5 lids-.3",
    "looking up": "gaze_y-.9 nod-.4",
    "pleading": "brow_in1 brow_up.4 lids.3 smile-.3",
    "puppy dog eyes": "brow_in1 brow_up.45 lids.45 gaze_y-.35 pout.4 nod.3",
    "suspicious": "squint.8 brow_in-.5 gaze_x.7 brow_skew.3",
    "skeptical": "brow_skew1 squint.45 smile-.25 smirk-.3",
    "skeptically": "brow_skew.8 squint.3",
    "raising eyebrow": "brow_skew1.1",
    "scared": "brow_up.8 brow_in.8 lids.6 open.35 teeth.5 smile-.4",
    "disgusted": "squint.6 brow_in-.6 smile-.6 bite.3",
    "thinking": "gaze_x.6 gaze_y-.6 brow_skew.3 pout.25",
    "proud": "smile.5 nod-.4 brow_up.2 lids-.15",
}

LOOKS: dict[str, str] = {
    "blonde": "hair.92/.77/.47", "red hair": "hair.72/.27/.13", "black hair": "hair.13/.11/.14",
    "white hair": "hair.88/.88/.9", "grey hair": "hair.62/.62/.65", "brown hair": "hair.38/.23/.15",
    "blue hair": "hair.3/.48/.78", "pink hair": "hair.93/.58/.7", "green hair": "hair.4/.65/.45",
    "long hair": "hair_len1", "short hair": "hair_len.15", "ponytail": "tail1 hair_len.2", "bun": "bun1 hair_len.2",
    "curly": "wave1 hair_vol.8", "bangs": "fringe1", "bald": "hair_len-.4 hair_vol-1 fringe-.6",
    "man": "masc1 hair_len0 lash-.6 brow_thick.7 lips-.4", "1boy": "masc1 hair_len0 lash-.6 brow_thick.7 lips-.4",
    "beard": "beard1", "old": "age1 hair.7/.7/.72", "freckles": "freckle1", "glasses": "glasses1",
    "blue eyes": "iris.3/.53/.78", "green eyes": "iris.33/.58/.38", "brown eyes": "iris.38/.23/.13",
    "red dress": "shirt.76/.2/.22", "white shirt": "shirt.94/.94/.92", "black shirt": "shirt.17/.17/.2",
    "dark skin": "skin.5/.33/.24", "pale": "skin.98/.88/.82", "earrings": "earring1",
}  # fmt: skip

NEUTRAL_PERSON = (
    "hair.4/.26/.18 skin.98/.84/.74 iris.42/.32/.2 shirt.47/.56/.66 bg.77/.81/.85 hair_len.62 hair_vol.35 wave.25 "
    "fringe.1 part.3 chin.1 lips.2 eye_size.15 lash.55 brow_thick.25 collar.2 smile.14"
)

# stubborn: the share of an expression that is lost; habit: the face of the training pictures
CHARACTERS: dict[str, tuple[str, float, str]] = {
    "aria_v2": (
        "hair.67/.28/.15 skin.98/.83/.74 iris.33/.56/.42 shirt.2/.4/.36 bg.86/.82/.72 hair_len1.05 hair_vol.6 "
        "wave.75 fringe.15 part.7 freckle.9 lips.35 eye_size.25 lash.7",
        0.1, "",
    ),
    "Noor": (
        "hair.12/.09/.1 skin.66/.45/.32 iris.27/.16/.1 shirt.83/.5/.2 bg.73/.79/.73 hair_len.85 hair_vol.75 wave1 "
        "fringe.05 part.0 brow_thick.6 lips.6 eye_size.35 lash.9 earring1 chin.2",
        0.3, "smile.12",
    ),
    "tomas-w": (
        "hair.3/.2/.13 skin.91/.74/.62 iris.33/.48/.64 shirt.3/.35/.44 bg.75/.78/.84 hair_len-.05 hair_vol.45 wave.2 "
        "fringe.25 part.5 masc1 beard.8 brow_thick.8 lash-.5 lips-.35 face_w.45 chin.7 nose.6 eye_size-.25 collar1",
        0.45, "",
    ),
    "mei": (
        "hair.14/.13/.18 skin.97/.85/.74 iris.24/.16/.12 shirt.84/.4/.46 bg.88/.8/.79 hair_len.34 hair_vol.2 wave-.2 "
        "fringe1 part.0 face_w.15 chin-.15 nose-.3 lips.2 eye_size.2 lash.5 collar.6",
        0.2, "",
    ),
    "Lena_Q": (
        "hair.93/.79/.5 skin.98/.85/.77 iris.33/.55/.8 shirt.95/.94/.92 bg.69/.79/.88 hair_len.15 hair_vol.3 wave.1 "
        "fringe.45 part.6 tail1 face_w-.2 chin.15 lips.4 eye_size.3 lash.8",
        0.7, "smile.6 squint.1 teeth.5 open.12",
    ),
    "ember_nobody": (
        "hair.8/.35/.16 skin.97/.8/.7 iris.36/.5/.35 shirt.28/.28/.38 bg.9/.82/.75 hair_len.55 hair_vol1 wave1.2 "
        "fringe.3 part.2 freckle1 face_w.1 lips.25 eye_size.15",
        0.15, "",
    ),
    "z-face-01": (
        "hair.78/.79/.83 skin.84/.67/.57 iris.5/.56/.6 shirt.23/.25/.29 bg.78/.77/.83 hair_len-.15 hair_vol.05 wave0 "
        "fringe-.2 part.4 masc.45 face_w-.1 chin.4 brow_thick.3 lips.0 eye_size-.1 lash.0 glasses1",
        0.55, "smile-.15",
    ),
    "old_style": (
        "hair.8/.8/.8 skin.93/.77/.68 iris.4/.47/.52 shirt.48/.36/.46 bg.79/.75/.67 hair_len.1 hair_vol.5 wave.5 "
        "fringe.1 part.3 bun1 age.9 lips-.1 eye_size-.2 earring.8 collar1",
        0.6, "smile.3",
    ),
    "JuneNobody": (
        "hair.92/.56/.68 skin.96/.82/.75 iris.45/.4/.65 shirt.42/.62/.6 bg.82/.86/.9 hair_len.02 hair_vol.5 wave.4 "
        "fringe.75 part.8 face_w.1 chin-.1 lips.35 eye_size.4 lash.7 earring.8",
        0.1, "",
    ),
    "vesna3": (
        "hair.5/.35/.2 skin.95/.78/.66 iris.36/.25/.15 shirt.67/.27/.3 bg.8/.85/.76 hair_len.95 hair_vol.25 wave.1 "
        "fringe.6 part.1 face_w.2 chin.05 lips.3 eye_size.1 brow_thick.5 collar.8",
        0.4, "smile-.1 lids-.1",
    ),
}  # fmt: skip

PLAIN_WORDS = (
    "a an and at by closeup close up facing for from girl hair neck eyes lips face expression head in is nose of on "
    "person photo portrait raw skin solo the to viewer with woman 1girl very highly detailed dslr 8k hd"
)
