internal import StrictJSON
internal import SwiftProtobuf

extension Google_Protobuf_Struct {
    /// The claims of a token; anything but an object has none.
    init(_ claims: JSONValue) {
        self.init()
        guard case .object(let members) = claims else { return }
        for member in members { fields[member.name] = Google_Protobuf_Value(member.value) }
    }
}

extension Google_Protobuf_Value {
    fileprivate init(_ value: JSONValue) {
        switch value {
        case .null:
            self.init()
            nullValue = .nullValue
        case .bool(let flag): self.init(boolValue: flag)
        case .number(let number): self.init(numberValue: Double(number.text) ?? 0)
        case .string(let text): self.init(stringValue: text)
        case .array(let elements):
            var list = Google_Protobuf_ListValue()
            list.values = elements.map { Google_Protobuf_Value($0) }
            self.init(listValue: list)
        case .object: self.init(structValue: Google_Protobuf_Struct(value))
        }
    }
}
