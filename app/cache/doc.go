// Package cache gives an answer that was paid for once to the same question again. Desk is the data plane, Service the control
// plane.
//
// The same question is the same request, byte for byte but for blanks, the order of its outermost fields, and what says nothing
// about the answer (whether it comes as a stream). Nothing is guessed, so no question ever gets another one's answer, unless a policy
// wants answers of like questions (Like): then package semantic compares the last thing that was said, and all else has to be the same.
//
// Who shares is part of the key: a person, a team or the whole organization, decided by the policy that binds the request. The key
// is a keyed hash over all of it (Key), and an answer is sealed for its organization and its key, so that an entry which is moved,
// changed or copied to another place opens nowhere. A lost or slow store is a miss and never an error.
//
// What is never kept: refusals and errors, answers that broke off or met their cap, answers that call tools, requests in which a
// data rule found something, answers that their provider marks as private, and everything no policy asks to be kept.
package cache
