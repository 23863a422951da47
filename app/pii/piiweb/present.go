package piiweb

import (
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/pii"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

var icons = map[org.ScopeKind]string{org.OrgScope: "building", org.DepartmentScope: "users-group", org.TeamScope: "users",
	org.MemberScope: "user", org.KeyScope: "key"}

// hints say what each detector takes for a finding.
var hints = map[pii.Kind]string{
	pii.Email:  "with a domain, in links too",
	pii.Phone:  "+49…, (415) 555-…, others next to a word such as tel",
	pii.SSN:    "123-45-6789, other spellings next to SSN",
	pii.Card:   "by issuer, length and checksum",
	pii.IBAN:   "by country, length and checksum",
	pii.Secret: "of providers, clouds, code hosts; private keys; ours",

	pii.IP:       "public ones, version 4 and 6",
	pii.Passport: "by countries' forms, next to a word such as passport",
	pii.Person:   "a model looks for them",
	pii.Address:  "a model looks for them",
	pii.Licence:  "Britain's; others next to a word such as driving licence",
}

func path(l pii.Listed) string { return root + "/" + l.ID.String() }

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func row(c *web.Context, l pii.Listed) views.Row {
	return views.Row{ID: l.ID.String(), Icon: icons[l.Scope.Kind()], Label: l.Place.Label, Block: which(l, pii.Block), Mask: which(l, pii.Mask), Warns: which(l, pii.Warn), Logs: which(l, pii.Log), Answers: answers(l),
		CanChange: pii.Changeable(c.Actor(), l), Delete: question(l)}
}

// which are the things that a rule does something with, in words.
func which(l pii.Listed, a pii.Action) string {
	var out []string
	for _, k := range pii.Kinds {
		if l.Actions[k] == a {
			out = append(out, k.Title())
		}
	}
	for _, p := range l.Patterns {
		if p.Action == a {
			out = append(out, strconv.Quote(p.Name))
		}
	}
	const some = 4
	if len(out) > some {
		return strings.Join(out[:some-1], ", ") + " and " + strconv.Itoa(len(out)-some+1) + " more"
	}
	return strings.Join(out, ", ")
}

// answers says what a rule does with answers.
func answers(l pii.Listed) string {
	var out []string
	for _, a := range []pii.Action{pii.Block, pii.Mask, pii.Warn, pii.Log} {
		n := 0
		for _, k := range pii.Kinds {
			if l.Answers[k] == a {
				n++
			}
		}
		for _, p := range l.Patterns {
			if p.Answer == a {
				n++
			}
		}
		if n > 0 {
			out = append(out, a.String()+" "+strconv.Itoa(n))
		}
	}
	return strings.Join(out, ", ")
}

// also is what a rule does beside its detectors.
func also(l pii.Listed) string {
	out := []string{"puts masked values back into answers"}
	if l.OneWay {
		out[0] = "answers keep placeholders"
	}
	if l.Guess {
		out = append(out, "counts what only has the form")
	}
	if l.Recognizer.Model != "" {
		out = append(out, "asks "+l.Recognizer.Model+" for names and addresses")
	}
	if l.Files {
		out = append(out, "looks into attached files")
	}
	if l.Unread {
		out = append(out, "refuses pictures, sound and files that cannot be read")
	}
	return strings.Join(out, "; ")
}

func question(l pii.Listed) ui.ConfirmProps {
	return ui.ConfirmProps{Label: "Delete", Icon: "trash", Small: true, Title: "Delete this data rule?",
		Text: "What the rule of " + l.Place.Label + " blocks and masks leaves as it is, as far as the rules above allow it. Incidents stay.", Action: path(l) + "/delete", Button: "Delete rule", Kind: ui.Destructive}
}

func showPage(c *web.Context, l pii.Listed) views.ShowPage {
	r := row(c, l)
	r.Delete.Small = false
	allow := "–"
	if len(l.Allow) > 0 {
		allow = strings.Join(l.Allow, ", ")
	}
	page := views.ShowPage{Shell: c.Shell("Data rule of "+l.Place.Label, "pii"), Title: "Data rule of " + l.Place.Label, Row: r, Facts: []ui.Fact{
		{Label: "Binds", Value: l.Place.Label},
		{Label: "Lets pass", Value: allow},
		{Label: "Also", Value: also(l)},
		{Label: "Changed", Body: ui.Time(c.When(l.UpdatedAt))},
		{Label: "Id", Value: l.ID.String(), Mono: true, Copy: true},
	}}
	for _, k := range pii.Kinds {
		page.Actions = append(page.Actions, views.Detector{Label: capital(k.Title()), Hint: hints[k], Action: capital(l.Actions[k].String()), Answer: capital(l.Answers[k].String())})
	}
	for _, p := range l.Patterns {
		page.Patterns = append(page.Patterns, views.PatternRow{Name: p.Name, Expr: p.Expr, Action: capital(p.Action.String()), Answer: capital(p.Answer.String()), Near: strings.Join(p.Near, ", ")})
	}
	return page
}

// status is an action as a pill: what it did to a request.
func status(a pii.Action) ui.StatusProps {
	switch a {
	case pii.Block:
		return ui.StatusProps{Tone: ui.Bad, Icon: "ban", Label: "Blocked"}
	case pii.Mask:
		return ui.StatusProps{Tone: ui.Warn, Icon: "eye", Label: "Masked"}
	case pii.Warn:
		return ui.StatusProps{Tone: ui.Warn, Icon: "alert-triangle", Label: "Warned"}
	case pii.Log:
		return ui.StatusProps{Icon: "history", Label: "Logged"}
	}
	return ui.StatusProps{Icon: "circle-x", Label: "Let pass"}
}

// in says where something was found.
func in(place string) string {
	switch place {
	case "":
		return ""
	case "answer":
		return " in the answer"
	case "form":
		return " in a form"
	case "file":
		return " in an attached file"
	}
	return " in " + place
}

// words are findings in words; a pattern without any could not be checked.
func words(list []pii.Found) string {
	var out []string
	for _, f := range list {
		if f.Count == 0 {
			out = append(out, strconv.Quote(f.Detector)+" not checked: the text was too long")
			continue
		}
		out = append(out, f.Words()+in(f.Place))
	}
	return strings.Join(out, ", ")
}
