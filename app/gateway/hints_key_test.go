package gateway

import "testing"

func TestAKeysTagsWinOverTheRequests(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ request, key, want string }{
		{"", "", ""},
		{"project=x", "", "project=x"},
		{"", "client=acme,project=apollo", "client=acme,project=apollo"},
		{"project=x,step=2", "client=acme,project=apollo", "client=acme,project=apollo,step=2"},
		{"a=1", "b=2", "a=1,b=2"},
	} {
		if got, err := withKeyTags(c.request, c.key); err != nil || got != c.want {
			t.Errorf("%q under %q: %q, %v; want %q", c.request, c.key, got, err, c.want)
		}
	}
}
