package pii

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

func TestOnlyWhatPeopleSayIsShownToTheModel(t *testing.T) {
	t.Parallel()
	b := bound(t, clock.System{}, everything(Log))
	body := `{"model":"smart","user":"u-ada","tools":[{"name":"find_ada"}],"system":"Be Ada","messages":[{"role":"user","content":[{"text":"Hi"},{"inlineData":{"data":"QWRhIExvdmVsYWNlIGlzIGhlcmUgYWdhaW4="}},{"file":{"file_data":"data:application/pdf;base64,QWRhIExvdmVsYWNl"}}]},{"role":"assistant","content":"Hello \u00c4da"}]}`
	if text, ok := b.Texts([]byte(body)); !ok || text != "Be Ada\nHi\nHello Äda\n" {
		t.Errorf("%v %q", ok, text)
	}
	if _, ok := b.Texts([]byte(`{"messages":[{"content":"` + strings.Repeat("a ", MostRecognized) + `"}]}`)); ok {
		t.Error("a text without end is shown")
	}
}

func TestWhatAModelSaysIsBounded(t *testing.T) {
	t.Parallel()
	all := []Known{{Person, " Ada "}, {Person, "Ada"}, {Person, "A"}, {Address, "12"}, {Email, "ada@acme.test"}, {Person, strings.Repeat("x", 300)}, {Person, "王芳"}}
	got := Sound(all)
	if len(got) != 2 || got[0].Text != "Ada" || got[1].Text != "王芳" {
		t.Errorf("%v", got)
	}
	b := bound(t, clock.System{}, Record{Actions: map[string]string{"name": "mask"}, Allow: []string{"Grace"}})
	r := b.ScreenKnown(t.Context(), []byte(`{"model":"Ada","messages":[{"role":"user","content":"Ada, Adam and 王芳 met Grace. Ada!"}]}`), append(got, Known{Person, "Grace"}))
	if want := `{"model":"Ada","messages":[{"role":"user","content":"[NAME_1], Adam and [NAME_2] met Grace. [NAME_1]!"}]}`; string(r.Body) != want {
		t.Errorf("%s", r.Body)
	}
}

func TestTermsOfNamesAreChecked(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]Input{
		"nobody to ask":     {Terms: Terms{Actions: map[Kind]Action{Person: Mask}}},
		"names in answers":  {Terms: Terms{Answers: map[Kind]Action{Address: Log}, Recognizer: Recognizer{Model: "m"}}},
		"an odd failing":    {Terms: Terms{Actions: map[Kind]Action{Person: Mask}, Recognizer: Recognizer{Model: "m", Failing: "warn"}}},
		"less than nothing": {Terms: Terms{Actions: map[Kind]Action{Person: Mask}, Recognizer: Recognizer{Model: "m", Most: -1}}},
	} {
		if _, err := in.checked(); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if _, err := (Input{Terms: Terms{Actions: map[Kind]Action{Person: Mask}, Recognizer: Recognizer{Model: " m "}}}).checked(); err != nil {
		t.Error(err)
	}
}
