package gateway

import (
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// classOf is the class of endpoints that a key must be allowed. An operation without one is refused to every key that is
// narrowed, so a new endpoint is closed until somebody names its class here.
func classOf(e *endpoint) key.Endpoints {
	if e.family == llm.Responses {
		return key.Responses
	}
	if e.batches { // what a batch asks is checked when it is asked
		return key.Files
	}
	switch e.op {
	case llm.Chat, llm.Completions, llm.CountTokens:
		return key.Chat
	case llm.Embeddings:
		return key.Embeddings
	case llm.MakeImages, llm.EditImages:
		return key.Images
	case llm.Transcribe, llm.Interpret, llm.Speak:
		return key.Audio
	case llm.Moderate:
		return key.Moderations
	case llm.UploadFile, llm.ListFiles, llm.ShowFile, llm.ReadFile, llm.DeleteFile:
		return key.Files
	}
	return 0
}
