// Package policy is which models may be used and what one request may cost, per organization, department, team, member and
// key. Book is the data plane, Service the control plane.
//
// Every policy on the way from the organization to the key binds, so the tightest wins: a model must be on each list of
// allowed models there is, and on no list of denied ones. A pattern is a name in which * stands for any characters, "/"
// included; letter case does not matter, or a client could write its way around a denial.
//
// A pattern is held against the name that the client asked for (an alias or a model) and against every name of the model
// that would be called: "gpt-5", "openai/gpt-5" by kind and by connection. So an alias on the list of allowed ones allows
// what it leads to, and a denied model is denied behind every alias: of an alias' targets those that are denied are left
// out, and the request is refused if none remains.
//
// What a policy refuses may be open to approval: models on its lists if it says so, models of a higher tier than its highest,
// and requests that cost more than a threshold. An approval in force is a Pass: it lifts named policies for one key and one
// model, for a while. Court answers what policies would make of a call that nobody has sent; who may approve is the room
// approval's.
//
// What a request may cost is held against the most that an attempt can cost, before it is sent. Where the client set no
// cap on the output, the output is capped instead, as long as a useful answer still fits.
package policy
