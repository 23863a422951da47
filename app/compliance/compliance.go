// Package compliance is what an organization answers for: holds that keep data from going, and the data of one person, which is
// handed out or erased on demand, with a proof of what was done.
//
// Erasing takes away who it was, not what happened: rows that are a person's alone are deleted, and in all others a pseudonym takes
// the place of their name and address. Money stays exact, because no amount is touched.
package compliance

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
)

// Hold keeps data from going: while one is in force nothing of the organization is deleted by age, and neither the organization
// nor, where it names one, the person can be deleted.
type Hold struct {
	ID  id.Hold
	Org id.Org
	// Member is whose data it is about; zero is everybody's.
	Member  id.Member
	Reason  string
	By      string // who set it
	At      time.Time
	EndedBy string
	EndedAt time.Time // zero while it is in force
}

// InForce reports whether it was not ended.
func (h Hold) InForce() bool { return h.EndedAt.IsZero() }

// Person is somebody whose data is looked for: under their id, their address, and their name where it stands for nothing else.
type Person struct {
	Org    id.Org
	Member id.Member
	Email  string
	Name   string
	// Former are memberships of theirs that ended before, under the same address or one of Was.
	Former []id.Member
	// Was is what they were called before and nobody else is now; taken is what somebody else is.
	Was, taken Was
	// Others are addresses and names of other people that one of the person's is a part of, the longest first: joann@acme.com of
	// ann@acme.com. They stay.
	Others []string
}

// Memberships are all of theirs.
func (p Person) Memberships() []id.Member { return append([]id.Member{p.Member}, p.Former...) }

// Pseudonym is what stands in the place of a person's address from their erasure on. It says nothing, and is the same everywhere.
func (p Person) Pseudonym() string {
	u := p.Member.UUID()
	return "erased-" + u[len(u)-12:] + "@erased.invalid"
}

// ErasedName stands in the place of a person's name.
const ErasedName = "Erased person"

// nameLength is how long a name must be to be looked for inside of texts: shorter ones stand for other things as well.
const nameLength = 8

// Words are what is looked for inside of texts, each with what takes its place, in the capitals that people and programs write them
// with. A name counts if it has two parts, or is long.
func (p Person) Words() [][2]string {
	var out [][2]string
	for _, email := range p.Addresses() {
		out = spelled(out, email, p.Pseudonym())
	}
	for _, name := range append([]string{p.Name}, p.Was.Names...) {
		if len(name) >= nameLength || len(name) >= 5 && strings.Contains(name, " ") {
			out = spelled(out, name, ErasedName)
		}
	}
	slices.SortStableFunc(out, func(a, b [2]string) int { return len(b[0]) - len(a[0]) }) // one may be a part of another
	return out
}

// Spared are the words of others, in the same capitals, each with itself in its place: who looks for them first leaves them as they are.
func (p Person) Spared() (out [][2]string) {
	for _, o := range p.Others {
		for _, w := range spelled(nil, o, "") {
			out = append(out, [2]string{w[0], w[0]})
		}
	}
	return out
}

// told is what takes whose place in texts that are read here.
func (p Person) told() [][2]string { return append(p.Spared(), p.Words()...) }

// spelled adds a word as it is, in small letters, in capitals, and with each part's first letter, or that of an address's own part, as a
// capital, each also as JSON writes it: most texts stand in that. Databases look for texts letter by letter: what no common spelling is
// stays.
func spelled(to [][2]string, word, instead string) [][2]string {
	lower := strings.ToLower(word)
	local, domain, _ := strings.Cut(titled(lower), "@")
	for _, w := range []string{word, lower, strings.ToUpper(word), titled(lower), local + "@" + strings.ToLower(domain), lower[:strings.Index(lower+"@", "@")] + "@" + domain} {
		if len(w) != len(word) {
			continue
		}
		for _, w := range []string{w, inJSON(w, false), inJSON(w, true)} {
			if !slices.ContainsFunc(to, func(have [2]string) bool { return have[0] == w }) {
				to = append(to, [2]string{w, instead})
			}
		}
	}
	return to
}

// inJSON is how a word stands inside of JSON: its quotes and backslashes escaped, and & < > too where html says so, as Go does and
// PostgreSQL and most clients do not.
func inJSON(word string, html bool) string {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(html)
	_ = e.Encode(word) // a string can always be written
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(out.String()), `"`), `"`)
}

// titled has a capital wherever a letter follows what is none.
func titled(lower string) string {
	out, begins := []rune(lower), true
	for i, r := range out {
		if begins {
			out[i] = unicode.ToUpper(r)
		}
		begins = !unicode.IsLetter(r) && !unicode.IsNumber(r)
	}
	return string(out)
}

// Count is what was done to one table's rows.
type Count struct {
	Table string `json:"table"`
	What  Deed   `json:"what"`
	Rows  int64  `json:"rows"`
}

// Deed is what was done to rows. It is stored, so it never changes.
type Deed string

// The deeds.
const (
	Deleted      Deed = "deleted"
	Cleared      Deed = "cleared"      // what the person had written was emptied; the row stays
	Pseudonymous Deed = "pseudonymous" // a pseudonym took the place of name and address
)

// Erasure is the proof of one: who was erased is in it by their pseudonym only.
type Erasure struct {
	ID        id.Erasure
	Org       id.Org
	Member    id.Member
	Pseudonym string
	Reason    string
	By        string
	At        time.Time
	Counts    []Count
	// Entries of the audit log were rewritten, from the entry numbered First on; Head is the log's last hash before that, in hex.
	Entries, First int64
	Head           string
	Behind         Behind
}

// Rows is how many rows were touched in all.
func (e Erasure) Rows() (n int64) {
	for _, c := range e.Counts {
		n += c.Rows
	}
	return n + e.Entries
}

// Erased says on the bus that somebody was erased, or that an erasure has settled: nodes forget what their journals still say of them.
const Erased live.Topic = "erasures"

// Store keeps holds and proofs, and knows where a person's data lies. *db.ComplianceStore implements it.
type Store interface {
	// Holds are all of an organization, in force first, then the newest.
	Holds(ctx context.Context, o id.Org) ([]Hold, error)
	AddHold(ctx context.Context, h Hold) error
	// EndHold reports false where none of that id is in force.
	EndHold(ctx context.Context, o id.Org, which id.Hold, by string, at time.Time) (bool, error)

	Erasures(ctx context.Context, o id.Org) ([]Erasure, error)
	AddErasure(ctx context.Context, e Erasure) error
	// Unended are those of all organizations behind which something may come still, SetBehind writes what came of one.
	Unended(ctx context.Context) ([]Erasure, error)
	SetBehind(ctx context.Context, e Erasure) error
	// Silent is how many nodes have not said yet that what they journaled before a moment is in the books.
	Silent(ctx context.Context, since time.Time) (int64, error)

	// Find is whoever has or had an address, the newest member first.
	Find(ctx context.Context, o id.Org, email string) (m id.Member, found bool, err error)
	// Under are the members of an address, present and gone.
	Under(ctx context.Context, o id.Org, email string) ([]Under, error)
	// Others are the words of other people of the organization that one of the person's is a part of, the longest first.
	Others(ctx context.Context, p Person) ([]string, error)
	// Erase does what the list of columns says (db/compliance_columns.go), in the transaction in ctx.
	Erase(ctx context.Context, p Person) ([]Count, error)
	// EraseBehind does it again, in the transaction in ctx, where requests that began before a moment are told of, and where rows name
	// the member by id. Whatever else holds the address may be about somebody who has it now.
	EraseBehind(ctx context.Context, p Person, before time.Time) ([]Count, error)
	// Export gives every row that names the person, table by table. Ciphertext, hashes and secrets are left out.
	Export(ctx context.Context, p Person, table func(name string, columns []string, rows [][]any) error) error
}

// Under is a member of an address.
type Under struct {
	Member id.Member
	Name   string
	Left   bool
}

// MissingHold is the one answer for a hold that is not there.
func MissingHold() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such hold.")
}

// MissingErasure is the one answer for an erasure that is not there.
func MissingErasure() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such erasure.")
}

// Held is the refusal of whatever a hold keeps from going.
func Held(h Hold) *fault.Error {
	return fault.New(fault.Conflict, "legal_hold", "A legal hold keeps this data: "+h.Reason+". End the hold first, under Compliance.")
}
