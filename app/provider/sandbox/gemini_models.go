package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

type googleModel struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	Title   string   `json:"displayName"`
	Input   int      `json:"inputTokenLimit"`
	Output  int      `json:"outputTokenLimit"`
	Methods []string `json:"supportedGenerationMethods"`
}

func googleEntry(id string) googleModel {
	m := googleModel{"models/" + id, "001", strings.ReplaceAll(id, "-", " "), chatWindow, chatWindow, []string{"generateContent", "countTokens"}}
	if id == "sandbox-embed" || id == embedder {
		m.Input, m.Output, m.Methods = embedWindow, 1, []string{"embedContent"}
	}
	return m
}

// googleModels pages as Google does, by pageSize and pageToken, 50 at a time.
func (s *Sandbox) googleModels(w http.ResponseWriter, r *http.Request) {
	size, err := strconv.Atoi(r.URL.Query().Get("pageSize"))
	if err != nil || size < 1 {
		size = 50
	}
	names := append([]string{flash, embedder}, offered...)
	if i := slices.Index(names, r.URL.Query().Get("pageToken")); i >= 0 {
		names = names[i+1:]
	}
	out := map[string]any{}
	if len(names) > size {
		out["nextPageToken"] = names[size-1]
		names = names[:size]
	}
	list := make([]googleModel, len(names))
	for i, id := range names {
		list[i] = googleEntry(id)
	}
	out["models"] = list
	_, _ = w.Write(lines(out))
}

func (s *Sandbox) googleModel(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	base, _, _ := strings.Cut(id, "+")
	if base != flash && base != embedder && !slices.Contains(offered, base) {
		refuseGoogle(w, &failure{status: 404, message: "Model is not found: models/" + id + " for api version v1beta"})
		return
	}
	_, _ = w.Write(lines(googleEntry(id)))
}

// publisherModels is Vertex's list.
func (s *Sandbox) publisherModels(w http.ResponseWriter, _ *http.Request) {
	type entry struct {
		Name    string `json:"name"`
		Version string `json:"versionId"`
		Stage   string `json:"launchStage"`
	}
	list := []entry{{"publishers/google/models/" + flash, "default", "GA"}}
	for _, id := range offered {
		list = append(list, entry{"publishers/google/models/" + id, "default", "GA"})
	}
	_, _ = w.Write(lines(map[string]any{"publisherModels": list}))
}

type embedAsked struct {
	Content struct {
		Parts []struct {
			Text string `json:"text"`
		} `json:"parts"`
	} `json:"content"`
	Model  string              `json:"model"`
	Size   *int                `json:"outputDimensionality"`
	Config embeddingParameters `json:"embedContentConfig"` // Vertex's
}

type values struct {
	Values []float32 `json:"values"`
}

// embedContents is the face of embedContent and batchEmbedContents.
func (s *Sandbox) embedContents(w http.ResponseWriter, r *http.Request, model string, batch bool) {
	n := s.number()
	var q struct {
		embedAsked
		Requests []embedAsked `json:"requests"`
	}
	f := decode(r, &q)
	base, sc := "", Script{}
	if f == nil {
		base, sc, f = s.enter(r, model, "sandbox-embed", embedder, embedder2)
	}
	list := q.Requests
	if !batch {
		list = []embedAsked{q.embedAsked}
	}
	if f == nil && len(list) == 0 {
		f = badArgument("* BatchEmbedContentsRequest.requests: must not be empty.\n")
	}
	var out []values
	var tokens int64
	for _, e := range list {
		if e.Config.Size != nil {
			e.Size = e.Config.Size
		}
		size := embeddingRequest{Dimensions: e.Size}
		dimensions, wrong := size.size()
		text := ""
		for _, p := range e.Content.Parts {
			text += p.Text
		}
		switch {
		case f != nil:
		case wrong != nil:
			f = wrong
		case batch && e.Model != "models/"+model:
			f = badArgument("* BatchEmbedContentsRequest.model: the model in the request must match the model in the path.\n")
		case text == "":
			f = badArgument("* EmbedContentRequest.content: contains an empty Part.\n")
		}
		tokens += textTokens(text)
		out = append(out, values{s.vector(text, dimensions)})
	}
	if f != nil {
		refuseGoogle(w, f)
		return
	}
	if sc.CutNow {
		panic(http.ErrAbortHandler)
	}
	answer := map[string]any{"usageMetadata": map[string]int64{"promptTokenCount": tokens, "totalTokenCount": tokens}}
	if answer["embedding"] = out[0]; batch {
		delete(answer, "embedding")
		answer["embeddings"] = out
	}
	s.books.charge(Charge{ID: s.name(n, 22), Client: r.Header.Get("X-Client-Request-Id"), Model: base, Input: tokens, End: "complete"})
	_, _ = w.Write(lines(answer))
}
