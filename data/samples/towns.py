"""Invented towns, what their notices say, and what can and cannot be asked of them."""

from __future__ import annotations

TOWNS = (
    "Quillhaven",
    "Saltmere",
    "Brackwater Quay",
    "Fennel Sound",
    "Larkstead",
    "Ottersby Pier",
    "Winterquay",
    "Amber Reach",
    "Tarnhollow",
    "Gullsend",
)
FACTS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "the first ferry",
        "leaves at {v}",
        "When does the first ferry leave",
        ("05:40", "06:15", "07:05", "06:50"),
    ),
    (
        "the library",
        "closes at {v}",
        "When does the library close",
        ("17:30", "18:00", "19:15", "20:00"),
    ),
    (
        "the market",
        "is held on {v}",
        "On which day is the market held",
        ("Tuesday", "Thursday", "Saturday"),
    ),
    (
        "the lighthouse",
        "is {v} tall",
        "How tall is the lighthouse",
        ("21 m", "34 m", "27 m", "40 m"),
    ),
    (
        "the iron bridge",
        "was opened in {v}",
        "In which year was the iron bridge opened",
        ("1871", "1888", "1904", "1912"),
    ),
    (
        "a loaf of rye bread",
        "costs {v}",
        "What does a loaf of rye bread cost",
        ("4 crowns", "5 crowns", "6 crowns"),
    ),
    (
        "the tram",
        "has {v} stops",
        "How many stops does the tram have",
        ("nine", "eleven", "fourteen"),
    ),
    (
        "the rope museum",
        "asks {v} for entry",
        "What does entry to the rope museum cost",
        ("2 crowns", "3 crowns", "7 crowns"),
    ),
    (
        "the school",
        "has {v} pupils",
        "How many pupils does the school have",
        ("118", "204", "176", "231"),
    ),
    (
        "the pilot boat",
        "is painted {v}",
        "In which color is the pilot boat painted",
        ("green", "yellow", "dark red"),
    ),
    (
        "the sea pool",
        "is kept at {v}",
        "At which temperature is the sea pool kept",
        ("17 °C", "19 °C", "21 °C"),
    ),
    (
        "the lantern festival",
        "falls in {v}",
        "In which month does the lantern festival fall",
        ("March", "June", "October"),
    ),
    (
        "the harbor master",
        "is called {v}",
        "What is the harbor master called",
        ("Odile Marrin", "Tam Feld", "Ines Quarry"),
    ),
    (
        "the old mill",
        "grinds {v}",
        "What does the old mill grind",
        ("spelt", "barley", "mustard seed"),
    ),
    (
        "the post office",
        "is at {v}",
        "What is the address of the post office",
        ("2 Net Lane", "9 Chapel Steps", "14 Tide Street"),
    ),
)
FUTURE = (
    (
        "Who will be harbor master of {town} in twenty years?",
        ("Tam Feld", "the deputy", "Ines Quarry"),
    ),
    (
        "What will it cost to live in {town} in the year 2090?",
        ("about 900 crowns a month", "twice as much", "less than now"),
    ),
    (
        "Will the lantern festival in {town} be rained out next time?",
        ("yes, all day", "no, it stays dry", "only in the evening"),
    ),
    (
        "Who will win the next rowing race off {town}?",
        ("the green boat", "the home crew", "the pilots"),
    ),
    (
        "How many people will visit the rope museum of {town} the year after next?",
        ("12,000", "8,500", "31,000"),
    ),
)
FALSE = (
    (
        "Why did {town} give up its {what}?",
        ("for lack of money", "after a storm", "because nobody used it"),
    ),
    (
        "Who bought the {what} of {town} from the town?",
        ("a shipping company", "the baker", "a foundation"),
    ),
    ("When was the {what} of {town} moved across the river?", ("1923", "1957", "in spring")),
)
WHATS = (
    "lighthouse",
    "library",
    "iron bridge",
    "tram",
    "rope museum",
    "sea pool",
    "old mill",
    "school",
)
WAYS = {
    "answered": (
        "{V}.",
        "The answer is {v}.",
        "According to the notice, {v}.",
        "It is {v}, as far as the notice goes.",
        "{V}. The notice from {town} says so.",
        "That would be {v}.",
    ),
    "hedged": (
        "Possibly {v}, but I am not sure.",
        "I think {v}; please check it on site.",
        "It may be {v}, though the notice could be read in another way.",
    ),
    "abstained": (
        "I don't know.",
        "The notice does not say.",
        "That cannot be told from what is given.",
        "I have no information on that, so I will not guess.",
        "Nobody can know this yet; ask again in {town} when the time has come.",
        "The question takes something for granted that the notice does not support.",
    ),
    "refused": (
        "I'm sorry, I can't help with that.",
        "I would rather not answer questions about {town}.",
    ),
    "could_not_act": ("", "", "The an", "\n"),
}
