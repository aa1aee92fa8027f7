package import Foundation

/// Looks for bytes in all files below a folder, packed ones unpacked: what a thief of the disk would do.
package struct FolderSearch: Sendable {
    private let folder: URL

    package init(_ folder: URL) { self.folder = folder }

    /// The files that hold any of these, by their paths below the folder, each with what it holds.
    ///
    /// - Parameter canaries: Bytes by what they are called.
    /// - Returns: A line for each file and what it holds.
    /// - Throws: What the file system says.
    package func holding(_ canaries: [String: Data]) throws -> [String] {
        var found: [String] = []
        for (name, content) in try files() {
            for (what, bytes) in canaries where content.range(of: bytes) != nil {
                found.append("\(name): \(what)")
            }
        }
        return found.sorted()
    }

    /// What each file holds, by its path below the folder.
    package func files() throws -> [String: Data] {
        let manager = FileManager.default
        guard let names = manager.enumerator(atPath: folder.path) else {
            throw TestFault(description: "no folder \(folder.path)")
        }
        var files: [String: Data] = [:]
        while let name = names.nextObject() as? String {
            let place = folder.appending(path: name)
            let kind = try manager.attributesOfItem(atPath: place.path)[.type] as? FileAttributeType
            guard kind == .typeRegular else { continue }
            files[name] = try Data(contentsOf: place)
            guard name.hasSuffix(".gz") else { continue }
            let unpacked = try Shell.run(["gunzip", "-c", place.path])
            guard unpacked.status == 0 else { throw TestFault(description: unpacked.error) }
            files[name + " unpacked"] = Data(unpacked.output.utf8)
        }
        return files
    }
}
