package wire

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/azure"
	"google.golang.org/genai"

	"github.com/bodhi-gateway/bodhi/app/gateway/gatewaytest"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// saw is what a program got of a stream.
type saw struct {
	starts   map[string]bool // the answers that began, by their ids
	finished bool            // something said that the answer is whole
	err      error
}

// streamers are the official clients of six families.
var streamers = map[string]func(t *testing.T, w *world, model string) saw{
	"OpenAI": func(t *testing.T, w *world, model string) saw { return chatted(t, w.client(), model) },
	"Azure": func(t *testing.T, w *world, model string) saw {
		return chatted(t, openai.NewClient(azure.WithEndpoint(w.root(), "2024-10-21"), azure.WithAPIKey(w.VirtualKey), azure.WithUnsafeAllowHTTP()), model)
	},
	"Responses": func(t *testing.T, w *world, model string) saw {
		c, got := w.client(), saw{starts: map[string]bool{}}
		s := c.Responses.NewStreaming(within(t, 30*time.Second), say(model, "hi"))
		defer func() { _ = s.Close() }()
		for s.Next() {
			switch e := s.Current(); e.Type {
			case "response.created":
				got.starts[e.Response.ID] = true
			case "response.completed":
				got.finished = true
			}
		}
		got.err = s.Err()
		return got
	},
	"Anthropic": func(t *testing.T, w *world, model string) saw {
		c, got := w.claude(), saw{starts: map[string]bool{}}
		s := c.Messages.NewStreaming(within(t, 30*time.Second), message(model, anthropic.NewTextBlock("hi")))
		defer func() { _ = s.Close() }()
		for s.Next() {
			switch e := s.Current(); e.Type {
			case "message_start":
				got.starts[fmt.Sprint(e.Message.ID, len(got.starts))] = true // a second one counts even with the first one's id
			case "message_stop":
				got.finished = true
			}
		}
		got.err = s.Err()
		return got
	},
	"Google": func(t *testing.T, w *world, model string) saw {
		got := saw{starts: map[string]bool{}}
		for r, err := range w.gemini(t).Models.GenerateContentStream(within(t, 30*time.Second), model, genai.Text("hi"), nil) {
			if err != nil {
				got.err = err
				break
			}
			got.starts[r.ResponseID] = true
			got.finished = got.finished || len(r.Candidates) > 0 && r.Candidates[0].FinishReason != ""
		}
		return got
	},
	"AWS": func(t *testing.T, w *world, model string) saw {
		got := saw{starts: map[string]bool{}}
		out, err := w.aws(w.VirtualKey).ConverseStream(within(t, 30*time.Second), &bedrockruntime.ConverseStreamInput{ModelId: &model, Messages: saying("hi")})
		if err != nil {
			got.err = err
			return got
		}
		s := out.GetStream()
		defer func() { _ = s.Close() }()
		for e := range s.Events() {
			switch e.(type) {
			case *types.ConverseStreamOutputMemberMessageStart:
				got.starts[fmt.Sprint(len(got.starts))] = true
			case *types.ConverseStreamOutputMemberMetadata, *types.ConverseStreamOutputMemberMessageStop:
				got.finished = true
			}
		}
		got.err = s.Err()
		return got
	},
}

func chatted(t *testing.T, c openai.Client, model string) saw {
	t.Helper()
	got := saw{starts: map[string]bool{}}
	s := c.Chat.Completions.NewStreaming(within(t, 30*time.Second), ask(model, "hi"))
	defer func() { _ = s.Close() }()
	for s.Next() {
		got.starts[s.Current().ID] = true
		for _, choice := range s.Current().Choices {
			got.finished = got.finished || choice.FinishReason != ""
		}
	}
	got.err = s.Err()
	return got
}

// tellable reports whether an error is one that a program can tell by its type, or, where the client gives a broken stream no
// type, by our code in it.
func tellable(family string, err error) bool {
	var google genai.APIError
	var stream *types.ModelStreamErrorException
	var model *types.ModelErrorException
	switch {
	case err == nil:
		return false
	case family == "Google":
		return errors.As(err, &google)
	case family == "AWS":
		return errors.As(err, &stream) || errors.As(err, &model)
	}
	return strings.Contains(err.Error(), "upstream_truncated") || strings.Contains(err.Error(), "upstream_failed")
}

// TestEveryClientSeesThatAStreamWasCut cuts streams of every wire in every way, under the official clients of every family:
// each sees an error that it can tell, no end, and one answer's beginning; and the provider was asked once.
func TestEveryClientSeesThatAStreamWasCut(t *testing.T) {
	t.Parallel()
	setup := harness.Setup{Budget: "1000000/monthly/soft"}
	ups := map[string]*gatewaytest.Upstream{}
	for _, k := range gatewaytest.Kinds() {
		if k.Name == "openai" || k.Name == "azure" || k.Name == "vertex" { // whose wires others speak too
			continue
		}
		up := gatewaytest.ListenCuts(t, k)
		ups[k.Name] = up
		region := ""
		if k.Name == "bedrock" {
			region = "region=eu-west-1,"
		}
		setup.Providers = append(setup.Providers, "name="+k.Name+",kind="+k.Name+","+region+"base-url="+up.URL+",key-env=E2E_KEY")
		for i := range gatewaytest.Cuts(k) {
			setup.Models = append(setup.Models, fmt.Sprintf("%s-%d=%s/cut-%d", k.Name, i, k.Name, i))
		}
	}
	w := &world{Gateway: harness.Start(t, setup)}
	t.Run("cuts", func(t *testing.T) {
		for _, k := range gatewaytest.Kinds() {
			if up := ups[k.Name]; up != nil {
				t.Run(k.Name, func(t *testing.T) { t.Parallel(); w.cuts(t, k, up) })
			}
		}
	})
	w.Run(t, "verify", "--json")
}

// cuts cuts the streams of one kind of provider, one after the other.
func (w *world) cuts(t *testing.T, k *gatewaytest.Kind, up *gatewaytest.Upstream) {
	for i, f := range gatewaytest.Cuts(k) {
		for family, stream := range streamers {
			before := len(up.Requests())
			got := stream(t, w, fmt.Sprintf("%s-%d", k.Name, i))
			if asked := len(up.Requests()) - before; !tellable(family, got.err) || got.finished || len(got.starts) > 1 || asked != 1 {
				t.Errorf("%s, read by %s's client: error %v, finished %v, %d starts, the provider was asked %d times", f.Name, family, got.err, got.finished, len(got.starts), asked)
			}
		}
	}
}
