import Text

/// A word of a policy file as messages show it: in single quotes, since the file's own are often double.
func quoted(_ text: String) -> String { Quotation.quote(text, by: "'") }
