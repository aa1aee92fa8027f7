public import StrictJSON
import Text

extension Registration {
    /// Reads the body of a registration.
    ///
    /// - Parameters:
    ///   - body: The parsed JSON body.
    ///   - service: The service's name from the path.
    ///   - id: The instance's id from the path.
    /// - Returns: The registration, within all limits.
    /// - Throws: ``RegistryError/malformed(path:message:)`` for an unknown member or a wrong type,
    ///   ``RegistryError/impossible(path:message:)`` for a value that cannot be.
    public static func parse(
        _ body: JSONValue, service: String, id: String
    ) throws(RegistryError) -> Registration {
        try checkName(service, path: "service")
        guard RegistryName.isInstanceID(id) else {
            throw .impossible(path: "id", message: MemberReader.nameFault(id))
        }
        let reader = try MemberReader(body, path: "$", known: bodyMembers)
        try refuseChecks(reader)
        return try read(reader, namespace: nil, service: service, id: id)
    }

    static let bodyMembers = [
        "address", "port", "namespace", "tags", "version", "metadata", "weight", "zone", "region",
        "ttlSeconds", "checks",
    ]

    /// Reads the members that body and journal detail share; a namespace given here is not read.
    static func read(
        _ reader: MemberReader, namespace: String?, service: String, id: String
    ) throws(RegistryError) -> Registration {
        let address = try reader.requiredString("address")
        if let fault = HostAddress.fault(in: address) {
            throw .impossible(path: "$.address", message: "\(quote(address)) \(fault)")
        }
        guard let port = try reader.integer("port", in: 1...65_535) else {
            throw .malformed(path: "$.port", message: "is missing")
        }
        let named = namespace == nil ? try reader.name("namespace") : namespace
        return Registration(
            namespace: named ?? defaultNamespace,
            service: service,
            id: id,
            address: address,
            port: UInt16(clamping: port),
            tags: try readTags(reader),
            version: try readVersion(reader),
            metadata: try readMetadata(reader),
            weight: try reader.integer("weight", in: 0...RegistryLimits.weightMax)
                ?? RegistryLimits.weightDefault,
            zone: try reader.name("zone"),
            region: try reader.name("region"),
            ttlSeconds: try reader.integer(
                "ttlSeconds", in: RegistryLimits.ttlSecondsMin...RegistryLimits.ttlSecondsMax)
                ?? RegistryLimits.ttlSecondsDefault)
    }

    private static func checkName(_ name: String, path: String) throws(RegistryError) {
        guard RegistryName.isValid(name) else {
            throw .impossible(path: path, message: MemberReader.nameFault(name))
        }
    }

    private static func refuseChecks(_ reader: MemberReader) throws(RegistryError) {
        guard let checks = try reader.array("checks"), !checks.isEmpty else { return }
        throw .impossible(path: "$.checks", message: "checks are not supported by this version")
    }

    private static func readTags(_ reader: MemberReader) throws(RegistryError) -> [String] {
        let elements = try reader.array("tags") ?? []
        guard elements.count <= RegistryLimits.tagsMax else {
            throw .impossible(
                path: "$.tags", message: "holds more than \(RegistryLimits.tagsMax) tags")
        }
        var tags: [String] = []
        for (index, element) in elements.enumerated() {
            let path = "$.tags[\(index)]"
            guard let tag = element.string else {
                throw .malformed(path: path, message: "must be a string, not \(element.kind)")
            }
            try checkText(tag, path: path, bytesMax: RegistryLimits.tagBytesMax)
            guard !tag.utf8.isEmpty else {
                throw .impossible(path: path, message: "must not be empty")
            }
            guard !tags.contains(where: { $0.isExactly(tag) }) else {
                throw .impossible(path: path, message: "\(quote(tag)) is given twice")
            }
            tags.append(tag)
        }
        return tags
    }

    private static func readVersion(
        _ reader: MemberReader
    ) throws(RegistryError) -> String? {
        guard let text = try reader.string("version") else { return nil }
        guard ServiceVersion(text) != nil else {
            throw .impossible(
                path: "$.version",
                message: "\(quote(text)) is not a version such as 1.2 or 1.2.3")
        }
        return text
    }

    private static func readMetadata(
        _ reader: MemberReader
    ) throws(RegistryError) -> [Metadata] {
        let members = try reader.object("metadata") ?? []
        guard members.count <= RegistryLimits.metadataMax else {
            throw .impossible(
                path: "$.metadata", message: "holds more than \(RegistryLimits.metadataMax) members"
            )
        }
        var metadata: [Metadata] = []
        var bytes = 0
        for member in members {
            let path = "$.metadata[\(quote(member.name))]"
            guard let value = member.value.string else {
                throw .malformed(path: path, message: "must be a string, not \(member.value.kind)")
            }
            try checkText(member.name, path: path, bytesMax: RegistryLimits.metadataKeyBytesMax)
            try checkText(value, path: path, bytesMax: RegistryLimits.metadataValueBytesMax)
            guard !member.name.utf8.isEmpty else {
                throw .impossible(path: path, message: "must not have an empty name")
            }
            bytes += member.name.utf8.count + value.utf8.count
            metadata.append(Metadata(key: member.name, value: value))
        }
        guard bytes <= RegistryLimits.metadataBytesMax else {
            throw .impossible(
                path: "$.metadata",
                message: "is longer than \(RegistryLimits.metadataBytesMax) bytes in all")
        }
        return metadata
    }

    private static func checkText(
        _ text: String, path: String, bytesMax: Int
    ) throws(RegistryError) {
        guard text.utf8.count <= bytesMax else {
            throw .impossible(path: path, message: "is longer than \(bytesMax) bytes")
        }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw .impossible(path: path, message: "must not hold control characters")
        }
    }
}
