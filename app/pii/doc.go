// Package pii looks for personal data and secrets in requests, before anything of them leaves. Book is the data plane,
// Service the control plane, Find the detectors alone.
//
// A rule sits on a node of the tree and says for each detector what happens when it finds something: nothing, a record
// (log), a placeholder in its place (mask), or a refusal (block). Every rule on the way from the organization to the key
// binds, and for each thing found the strictest wins.
//
// What is read: every string of a JSON body but the model's name, keys of objects too; numbers inside messages; every text
// of a form. Strings that hold JSON (a tool's arguments) are read as what they mean. Inline media is not read: a string of a
// kilobyte and more in nothing but base64 is passed over, as is a provider's own opaque state.
//
// The built-in detectors walk once over the text, without regular expressions: a table of bytes says where one could
// begin, checksums and shapes decide, so they are linear with a small constant and read texts of any length in full. An
// organization's own patterns are regular expressions, which are linear but not cheap: they have a budget of time (Budget),
// and a text that they cannot get through is refused where they mask or block.
//
// What was found is counted, never kept: no value of it is in an error, a log line, a record or a metric.
package pii
