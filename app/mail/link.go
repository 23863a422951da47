package mail

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// LinkPurpose is the name under which app derives the MAC of mailed links from the master key.
const LinkPurpose = "mailed links v1"

// Links makes and reads the addresses that letters carry: which organization's which row, and a code that only we can
// make. Nothing of it is stored; the row behind it says whether it is still good. Whoever opens one changes nothing by
// that: mail scanners open links too, so a link leads to a form.
type Links struct {
	MAC       *secret.MAC
	PublicURL string // without a slash at the end
}

// Token is a link as it came back.
type Token struct {
	Org   id.Org
	About string // plain uuid
	code  secret.String
}

// DeadLink is the one answer for a link that leads nowhere: forged, used, expired, replaced by a newer one.
func DeadLink() *fault.Error {
	return fault.New(fault.NotFound, "link_dead", "This link leads nowhere any more: it was used, has expired, or was replaced by a newer one.")
}

// To is a link to a page of ours. purpose and bound are what the code is for besides the row: whom the letter went to,
// a number that is raised to make older links worthless.
func (l Links) To(path, purpose string, o id.Org, about string, bound ...string) string {
	return l.PublicURL + path + "?t=" + l.Token(purpose, o, about, bound...)
}

// Token is the link's parameter alone.
func (l Links) Token(purpose string, o id.Org, about string, bound ...string) string {
	return o.UUID() + "." + about + "." + l.MAC.Link(words(purpose, o, about, bound)).Reveal()
}

// Read takes a link's parameter apart. The code is not checked yet: what it is bound to stands in the row.
func (l Links) Read(text string) (Token, error) {
	parts := strings.Split(text, ".")
	if len(text) > 200 || len(parts) != 3 {
		return Token{}, DeadLink()
	}
	o, err := id.ParseOrg(parts[0])
	if err != nil || o.IsZero() {
		return Token{}, DeadLink()
	}
	return Token{Org: o, About: parts[1], code: secret.New(parts[2])}, nil
}

// Holds reports whether the link was made for this purpose and bound to this.
func (l Links) Holds(t Token, purpose string, bound ...string) bool {
	return l.MAC.VerifyLink(words(purpose, t.Org, t.About, bound), t.code)
}

func words(purpose string, o id.Org, about string, bound []string) string {
	return strings.Join(append([]string{purpose, o.UUID(), about}, bound...), "\n")
}
