package responses

// field is a key's place among those that policy reads.
type field uint8

const (
	other field = iota // no policy reads it
	model
	input
	stream
	maxOutput
	tools
	maxToolCalls
	text
	format
	reasoning
	effort
	tier
	store
	previous
	background
	conversation
	prompt
	cacheKey
	role
	content
	output
	kind
	imageURL
	inputAudio
	fileID
	fileData
	fileURL
)

// object is a kind of object whose keys are watched.
type object uint8

const (
	body    object = iota
	options        // text, its format, reasoning
	formats        // text.format
	item
	part
	tool
	media // what input_audio holds
	objects
)

// places are all keys that policy reads, by the object they stand in; everything else passes unread.
var places = [objects]map[string]field{
	body: {"model": model, "input": input, "stream": stream, capName: maxOutput, "tools": tools, "max_tool_calls": maxToolCalls,
		"text": text, "reasoning": reasoning, "service_tier": tier, "store": store, "previous_response_id": previous,
		"background": background, "conversation": conversation, "prompt": prompt, "prompt_cache_key": cacheKey},
	options: {"format": format, "effort": effort},
	formats: {"type": kind},
	item:    {"type": kind, "role": role, "content": content, "output": output},
	part: {"type": kind, "image_url": imageURL, "input_audio": inputAudio, "file_id": fileID, "file_data": fileData,
		"file_url": fileURL},
	tool: {"type": kind},
}
