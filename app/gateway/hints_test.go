package gateway

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestTagsAreTakenAsTheyWereSent(t *testing.T) {
	t.Parallel()
	const long = "application=search-frontend-of-the-shop-in-the-south-of-the-country-where-most-people-live" // 90 bytes
	many := []string{"a" + long, "b" + long, "c" + long, "d" + long}
	for name, c := range map[string]struct{ header, says, want string }{
		"long ones":               {"X-Bodhi-Tags", strings.Join(many, ", "), strings.Join(many, ",")},
		"long ones of LiteLLM's":  {"X-Litellm-Tags", "prod," + strings.Join(many, ","), strings.Join(slices.Concat(many, []string{"tag=prod"}), ",")},
		"one said twice":          {"X-Bodhi-Tags", "b=c,project=apollo, b=c," + strings.Repeat("project=apollo,", 40), "b=c,project=apollo"},
		"broken text":             {"X-Bodhi-Tags", "project=a\xffb", "project=a\ufffdb"},
		"a comma of Portkey's":    {"X-Portkey-Metadata", `{"office":"Berlin, Mitte","team":"a,b=c"}`, "office=Berlin; Mitte,team=a;b=c"},
		"an empty one of Portkey": {"X-Portkey-Metadata", `{"office":"","team":"x","n":1}`, "team=x"},
	} {
		if got, err := readTags(http.Header{c.header: {c.says}}); got != c.want || err != nil {
			t.Errorf("%s: %q, want %q (%v)", name, got, c.want, err)
		}
	}
	if got, err := readTags(http.Header{"X-Bodhi-Tags": {strings.Repeat("a=b,", 1000) + "c=" + strings.Repeat("d", 9000)}}); err == nil {
		t.Errorf("more than there may be became %.200q", got)
	}
	if got, err := readTags(http.Header{"X-Portkey-Metadata": {`{"team":"x","note":{"n":"` + strings.Repeat("d", 4096) + `"}}`}}); err == nil {
		t.Errorf("more metadata than is read became %.200q", got)
	}
}
