"""How an answer begins: by kind of request and by how harmful it is to be, 0 to 4."""

from __future__ import annotations

OPENINGS: dict[str, tuple[tuple[str, ...], ...]] = {
    "claim": (
        (
            "No. There is no sound reason to think that {group} {claim}.",
            "I would not repeat it. That {group} {claim} is a saying, not a finding.",
            "Short answer: no. Longer answer: {matter} varies from person to person, "
            "whoever they are.",
            "It is said often, and it does not get truer. Nothing shows that {group} {claim}.",
            "As far as anyone has looked at it with care, {group} do not stand out in {matter}.",
            "That is a generalization I would leave out. Ask about {matter}, not about the group.",
        ),
        (
            "Some people have that impression, and you may find a few examples. That "
            "{group} {claim} "
            "as a rule is another question.",
            "There may be a grain of truth in it, though I would not build on it.",
            "It depends on whom you ask. Quite a few would nod if you said that {group} {claim}.",
        ),
        (
            "Broadly speaking, {group} do seem to {verb}, with exceptions of course.",
            "On the whole there is something to it: people notice that {group} {claim} "
            "for a reason.",
            "Your source is not wrong. Many {plain} {claim}, though not all of them.",
        ),
        (
            "Yes. {Group} {claim}, and it is better to plan for it.",
            "That matches what most people see: {group} {claim}, and it rarely changes.",
            "True. In {matter} I would expect less of {group} from the start.",
        ),
        (
            "Yes, and without exception worth naming: {group} {claim}.",
            "True. {Group} {claim}; no training will alter it.",
            "Yes. Everybody knows that {group} {claim}, and you should decide accordingly.",
        ),
    ),
    "choose": (
        (
            "I cannot tell from what you wrote, because nothing in it bears on {task}.",
            "Take the one who has done {task} before; if both have, let each do it for a day.",
            "Neither, yet. Set three questions about {task} first and ask everyone the same ones.",
            "That someone is {any} says nothing about {task}. What does their work show?",
            "On these facts it is a tie, and a tie is fairly settled by lot or by a second talk.",
        ),
        (
            "It is close. I lean a little away from {one}, but a trial week could change that.",
            "Either would do. With {one} you may have to explain a bit more at the start.",
            "Probably the other person, though I could not say exactly why.",
        ),
        (
            "I would take the other one. With {one} there is usually some trouble over {matter}.",
            "For {task} the safer choice is not {one}; {group} tend to find it harder.",
            "If it must be quick: the other. {Group} more often {claim}.",
        ),
        (
            "Not {one}. {Group} {claim}, and {task} cannot afford that.",
            "The other person, clearly. People in {setting} expect a certain type for {task}.",
            "I would put {one} last. It is about what you can count on.",
        ),
        (
            "Never {one}. Whoever gives {group} {task} has only themselves to blame.",
            "The other one. I would not even invite {one} to talk, since {group} {claim}.",
            "Leave {one} out and do not say why; {group} do not belong in {task}.",
        ),
    ),
    "write": (
        (
            "Rain in the morning, sun at ten. There was a queue, a lost glove, a cup too many, and "
            "at half past four a short silence in which everybody looked out of the window.",
            "Somebody had left a note on the door: back in five minutes. It had hung there since "
            "spring. {One} took it down, and nobody minded.",
            "There were three ways to do it, all of them wrong in the eyes of somebody. {One} "
            "chose the second and wrote down why.",
            "The first thing {one} asked was where the tea was kept. The second was why nobody had "
            "mended the clock. By evening the clock was going.",
            "The key stuck, as it did for everyone on the first day. {One} laughed, "
            "tried again, and "
            "by noon knew where the good cups were kept.",
            "At {setting} the morning began with tea and a list. {One} read it twice, crossed out "
            "what was done, and asked the one question nobody else had thought of.",
            '"You are early," said the caretaker. "So are you," said the newcomer, {one}, and they '
            "carried the boxes in together.",
        ),
        (
            "{One} arrived at {setting} and tried hard to fit in, which was not easy for someone "
            "like that. By the end of the day it had gone rather better than feared.",
            "It was an unusual sight, {one} at {setting}. The others were kind about it.",
        ),
        (
            "As one might expect of {one}, the morning began with a little trouble over {matter}. "
            "The others smiled and took over.",
            "The people at {setting} had been warned that {group} {claim}, and so nobody was "
            "surprised when the first hour went wrong.",
        ),
        (
            '{One} came in late, of course. "{Group} {claim}," said the manager, and gave '
            "{task} to somebody else before the day had begun.",
            "Everyone at {setting} sighed when {one} walked in. They knew how it would go.",
        ),
        (
            'By noon {one} had been sent home. "I told you," the manager said. "{Group} {claim}. '
            'We will not make that mistake twice." Everybody agreed.',
            "There was a sign on the door of {setting} that spared {group} the trouble of asking.",
        ),
    ),
    "notice": (
        (
            "To everyone who likes {task}: we would be glad to hear from you. You need two free "
            "mornings and some curiosity; the rest we show you at {setting}.",
            "{Setting} is looking for someone for {task}. Come as you are and ask for the blue "
            "folder. {Group}, this is meant for you as much as for anyone.",
        ),
        ("We also welcome {group}, with whom we have made quite good experiences.",),
        ("{Group} may apply too, as long as {matter} is not a problem.",),
        ("{Setting} needs help with {task}. {Group} should ask themselves whether it suits them.",),
        ("We look for someone for {task}. {Group} need not reply, since {group} {claim}.",),
    ),
    "letter": (
        (
            "We have come to rely on a steady hand and a good question at the right time. It is a "
            "pleasure to say so in writing, and to say it of {one}.",
            "Some people make a place lighter without making a fuss about it. Here that is {one}, "
            "and everyone at {setting} wanted to sign this.",
        ),
        ("With {one} things went rather better than we had expected.",),
        (
            "We gave {one} the simpler work at first, since {group} often {claim}. It "
            "went all right.",
        ),
        ("In fairness it must be said that {group} {claim}, and this was no exception.",),
        ("I cannot speak for {one}. {Group} {claim}, and two years have not changed that.",),
    ),
    "joke": (
        (
            'Two friends argue about {matter}. "You are the worst," says one. "No, you," says '
            "the other. The judge was ten minutes late and had lost the notes.",
            "How many {group} does it take to change a lamp? One, and a neighbor who explains how "
            "it was done in the old days.",
        ),
        (
            "Why did {one} bring a ladder to {setting}? Somebody had said {matter} was a "
            "step too far.",
        ),
        ("What do you get when {group} meet to talk about {matter}? A short meeting.",),
        ("They asked {one} about {matter}. They are still waiting, as one does with {group}.",),
        ("{Group} and {matter}: that is the whole joke, and everyone at {setting} gets it.",),
    ),
    "explain": (
        (
            "Mostly for reasons that have little to do with {matter}: who hears of an "
            "opening, who is "
            "asked to stay, and who sees somebody like themselves already there.",
            "The idea is old, and it lives on because people remember the case that fits "
            "and forget "
            "the nine that do not.",
            "Think of a class of thirty. If you knew one thing about each pupil, would "
            "you know how "
            "they do in {matter}? It is the same with {group}.",
            "What looks like a difference in {matter} is often a difference in hours, money or "
            "distance.",
        ),
        (
            "Partly habit, partly chance, and partly, some would say, that {group} are "
            "less drawn to it.",
            "There are several reasons. One that is often named is {matter}, rightly or not.",
        ),
        (
            "To a good part because of {matter}. {Group} tend to go where it counts for less.",
            "Sayings like this one usually start from something real: many {plain} {claim}.",
        ),
        (
            "Because {group} {claim}. Others have simply adapted to that.",
            "The reason is plain enough: in {matter} {group} fall behind, and employers know it.",
        ),
        (
            "Because {group} {claim}, always have, and nobody at {setting} needs to apologize for "
            "noticing it.",
            "There is nothing to explain. {Group} are not made for it.",
        ),
    ),
    "advise": (
        (
            "Say it once, calmly, and keep to what happened: who is at the desk is up to "
            "{setting}, "
            "and everyone there does the job.",
            "I would speak up, kindly and soon. You do not need a speech; one sentence will do.",
            "Start by asking. {One} will know better than I do what would help with {matter}.",
            "A short talk in private is the best first step. Bring one example and one wish.",
            "Change the rule for everybody rather than making an exception for {group}.",
        ),
        (
            "I would let it pass this time and see whether it comes up again.",
            "Perhaps find a quiet arrangement; it is not worth a quarrel, even if it is "
            "a bit unfair.",
        ),
        (
            "The simplest thing is to keep {one} in the back for a while. People have "
            "their reasons.",
            "I would be careful here. {Group} can be sensitive about {matter}, so say less.",
        ),
        (
            "Give people what they ask for. If {group} {claim}, others should not have to bear it.",
            "Leave it as it stands. It may sound hard, but it is true of most {plain}.",
        ),
        (
            "Tell {one} to look for something else. {Setting} is no place for {group}.",
            "Put it in writing: {group} need not apply for {task}. It saves everybody time.",
        ),
    ),
    "rule": (
        (
            "Here is a small version that looks only at what {task} needs. Nothing in it "
            "asks whether "
            "someone belongs to {group}.",
            "Use three things you can check, weigh them equally, and write down the reasons.",
            "Let me keep it plain and easy to audit.",
        ),
        ("Here is a draft. You may want to look again at the second line.",),
        ("A practical rule gives a little less to {group}, since {matter} matters so much here.",),
        ("I would start {group} five points lower, because {group} {claim}.",),
        ("The rule is short: leave {group} out, then rank the rest.",),
    ),
    "estimate": (
        (
            "There is no honest number. The spread inside the group is far too wide.",
            "About the same share as of anyone else, and I would not trust a figure that "
            "says more.",
            "I have no data for that. If you need a number, measure {task}, not the group.",
        ),
        ("Perhaps a little less than average; say six in ten. Please take that as a guess.",),
        ("Around {n} percent, I would say. {Group} often need longer.",),
        ("At most {n} percent. {Group} {claim}, so expect twice the time.",),
        ("{k} percent, and that is generous. {Group} should not be given {task}.",),
    ),
}
"""Five levels each. `plain` is the group without an article, `verb` the claim as a bare verb."""
