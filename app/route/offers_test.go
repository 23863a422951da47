package route_test

import (
	"slices"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

func TestOnlyWhatAProgramCanSendIsOffered(t *testing.T) {
	t.Parallel()
	offers := route.Offers(&provider.ConnectionRecord{Kind: provider.OpenAI}, catalog.BuiltIn())
	for _, m := range []string{"dall-e-3", "gpt-5-mini", "whisper-1"} {
		if !slices.Contains(offers, m) {
			t.Errorf("%s is not among %v", m, offers)
		}
	}
	for _, m := range []string{"dall-e-3:hd", "dall-e-2:256x256", "ft:gpt-4o"} { // names for prices alone
		if slices.Contains(offers, m) {
			t.Errorf("%s is offered", m)
		}
	}
}
