package providerweb

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/provider"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// present turns a connection into what its row prints.
func present(c *web.Context, r provider.ConnectionRecord) views.Row {
	o, _ := provider.OfferingOf(r.Kind)
	row := views.Row{ID: r.ID.String(), Name: r.Name, Kind: title(o, r), Address: address(o, r), State: state(r), Checked: c.When(r.Check.At), Tested: !r.Check.IsZero()}
	if !r.Check.IsZero() && (!r.Check.OK || r.Check.Blame == provider.BlameModel) && r.Usable() {
		row.Note = r.Check.Message
	}
	if r.HasCredential() {
		row.Key = "set"
	}
	if r.KeyHint != "" {
		row.Key = "…" + r.KeyHint
	}
	if n := max(len(r.Models), len(o.Models)); n > 0 {
		row.Models = fmt.Sprint(n)
	}
	return row
}

// title is a connection's kind for people; of a compatible server it is the service, where that is known.
func title(o provider.Offering, r provider.ConnectionRecord) string {
	if k, ok := r.Known(); ok {
		return k.Title
	}
	return o.Title
}

func address(o provider.Offering, r provider.ConnectionRecord) string {
	if r.BaseURL == "" {
		if o.Local {
			return "inside the gateway"
		}
		return ""
	}
	u, err := url.Parse(r.BaseURL)
	if err != nil {
		return r.BaseURL
	}
	return u.Host
}

var blames = map[provider.Blame]string{
	provider.BlameKey: "Key refused", provider.BlameURL: "Wrong address", provider.BlameNetwork: "Not reachable",
	provider.BlameRegion: "Wrong region", provider.BlameProvider: "Provider failing", provider.BlameCredential: "No key",
}

func state(r provider.ConnectionRecord) ui.StatusProps {
	switch {
	case r.Disabled:
		return ui.StatusProps{Label: "Switched off", Icon: "ban"}
	case !r.Usable():
		return ui.StatusProps{Tone: ui.Bad, Label: "No key", Title: "Takes no traffic until it has a key."}
	case r.Check.OK && r.Check.Blame == provider.BlameModel:
		return ui.StatusProps{Tone: ui.Warn, Label: "Model missing", Title: r.Check.Message}
	case r.Check.OK:
		return ui.StatusProps{Tone: ui.Good, Label: "Works"}
	case r.Check.IsZero():
		return ui.StatusProps{Label: "Not tested"}
	case r.Check.Blame == provider.BlameProvider:
		return ui.StatusProps{Tone: ui.Warn, Label: blames[r.Check.Blame]}
	}
	return ui.StatusProps{Tone: ui.Bad, Label: blames[r.Check.Blame]}
}

// kindWords name the service of a compatible server too.
func kindWords(o provider.Offering, r provider.ConnectionRecord) string {
	if t := title(o, r); t != o.Title {
		return t + " (" + o.Title + ")"
	}
	return o.Title
}

func checked(c *web.Context, r provider.ConnectionRecord) views.Check {
	note := fmt.Sprintf("Tested %s, answered in %s.", c.When(r.Check.At).Text, r.Check.Latency.Round(time.Millisecond))
	switch {
	case r.Check.IsZero():
		return views.Check{Tone: ui.Info, Title: "Not tested since it was changed", Text: "A test asks the endpoint for its list of models. It spends nothing."}
	case r.Check.OK && r.Check.Blame == provider.BlameModel:
		return views.Check{Tone: ui.Warn, Title: "It works, but a model is missing", Text: r.Check.Message, Note: note}
	case r.Check.OK:
		return views.Check{Tone: ui.Good, Title: r.Check.Message, Note: note}
	case r.Check.Blame == provider.BlameProvider:
		return views.Check{Tone: ui.Warn, Title: blames[r.Check.Blame], Text: r.Check.Message, Note: note}
	}
	return views.Check{Tone: ui.Bad, Title: blames[r.Check.Blame], Text: r.Check.Message, Note: "Tested " + c.When(r.Check.At).Text + "."}
}

// question asks before a deletion and names the aliases that would change.
func question(r provider.ConnectionRecord, users []string) ui.ConfirmProps {
	text := "No alias uses it. Apps that ask for " + r.Name + "/… get model_not_found."
	switch len(users) {
	case 0:
	case 1:
		text = "The alias " + users[0] + " loses its target here, and goes if it has no other."
	default:
		text = "The aliases " + strings.Join(users, ", ") + " lose their targets here, and go if they have no other."
	}
	return ui.ConfirmProps{Label: "Delete", Icon: "trash", Small: true, Title: "Delete the connection “" + r.Name + "”?", Text: text,
		Action: root + "/" + r.ID.String() + "/delete", Button: "Delete connection", Kind: ui.Destructive, Name: "confirm", Value: sure(users)}
}

// sure is what confirms a deletion: the aliases that its question named. Those that came to use it since were not agreed to.
func sure(users []string) string { return strings.Join(users, ",") }
