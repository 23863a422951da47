// Package approval is how people get what a policy refuses unless somebody agrees, and who agrees. A request names a key, a
// model and perhaps a cost; approving it makes it a grant, bounded in time and, if wanted, in money and in times, which the
// data plane knows as policy.Pass.
//
// Who decides: each policy that would be lifted names the lowest role that may approve for its part of the tree; whoever may
// set the policy may as well. Never the asker, never whose key it is, and nobody grants what a policy on themselves refuses
// them. What bars without approval is barred for everybody.
//
// Managers are called by mail, with a link that decides without a log-in: one decision, once, by this manager, as long as
// they may. Budget's requests for more are called and decided the same way (Matter), so there is one inbox.
//
// Desk is the data plane's side: each use of a bounded grant is counted in the database before it is sent, so that two nodes
// together never exceed it. Such calls wait for the database and fail without it; all others never ask it.
package approval
