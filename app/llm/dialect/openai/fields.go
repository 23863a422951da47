package openai

// field is a key's place among those that policy reads.
type field uint8

const (
	other field = iota // no policy reads it
	model
	messages
	stream
	streamOptions
	maxTokensOld
	maxTokensNew
	choices
	bestOf
	tools
	responseFormat
	modalities
	audio
	reasoning
	tier
	webSearch
	cacheKey
	input
	role
	content
	kind
	text
	imageURL
	inputAudio
	file
	includeUsage
	cacheControl
	plugins
)

// object is a kind of object whose keys are watched.
type object uint8

const (
	chatBody object = iota
	embeddingsBody
	completionsBody
	options // stream_options, response_format
	message
	part
	oneTool
	media // what image_url, input_audio, file and cache_control hold
	objects
)

// place finds a key. These switches are the whole list of what policy reads; everything else passes unread.
func (o object) place(name []byte) field {
	switch o {
	case chatBody:
		return inChat(name)
	case embeddingsBody:
		switch string(name) {
		case "model":
			return model
		case "input":
			return input
		}
	case completionsBody:
		return inCompletions(name)
	case options:
		switch string(name) {
		case "include_usage":
			return includeUsage
		case "type":
			return kind
		}
	case message:
		switch string(name) {
		case "role":
			return role
		case "content":
			return content
		case "audio":
			return audio
		case "cache_control":
			return cacheControl
		}
	case part:
		return inPart(name)
	case oneTool:
		switch string(name) {
		case "type":
			return kind
		case "cache_control":
			return cacheControl
		}
	}
	return other
}

func inChat(name []byte) field {
	switch string(name) {
	case "model":
		return model
	case "messages":
		return messages
	case "stream":
		return stream
	case "stream_options":
		return streamOptions
	case "max_tokens":
		return maxTokensOld
	case "max_completion_tokens":
		return maxTokensNew
	case "n":
		return choices
	case "best_of":
		return bestOf
	case "tools", "functions":
		return tools
	case "response_format":
		return responseFormat
	case "modalities":
		return modalities
	case "audio":
		return audio
	case "reasoning_effort":
		return reasoning
	case "service_tier":
		return tier
	case "web_search_options":
		return webSearch
	case "prompt_cache_key":
		return cacheKey
	case "cache_control": // OpenRouter's, for the whole request
		return cacheControl
	case "plugins":
		return plugins
	}
	return other
}

func inCompletions(name []byte) field {
	switch string(name) {
	case "prompt":
		return input
	case "model", "stream", "stream_options", "max_tokens", "n", "best_of", "plugins":
		return inChat(name)
	}
	return other
}

func inPart(name []byte) field {
	switch string(name) {
	case "type":
		return kind
	case "text", "refusal":
		return text
	case "cache_control":
		return cacheControl
	case "image_url":
		return imageURL
	case "input_audio":
		return inputAudio
	case "file":
		return file
	}
	return other
}
