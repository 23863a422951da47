// Package semantic says whether one answer serves two questions that are worded differently. It is pure: it reads two texts and keeps
// vectors in memory. Package cache asks it, and says who may share what.
//
// What decides are rules over words and not vectors. On pairs that differ in one number, name or "not", embeddings score the wrong
// pair above the right one, so no threshold is safe by itself. The rules are: a closed list of words may go unsaid, and all others have
// to be there (Strict: in the same order), with the same numbers, names, code and direction, in the same kind of question. A word that
// no list knows therefore makes a miss and never a hit.
//
// The lists are English. A text that shows signs of another language, is too long, or says nothing is never equal to another one.
//
// Whoever uses this compares within an equal prefix only (Prefix): the same organization, sharing scope, model, instructions, tools,
// format and history. The texts compared are the last things that the user said.
package semantic
