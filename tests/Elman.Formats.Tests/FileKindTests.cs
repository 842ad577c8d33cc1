using Elman.Cli.Tests;

namespace Elman.Formats.Tests;

public sealed class FileKindTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("PyTorch/tagger.pt", FileKind.PyTorch)]
    [InlineData("PyTorch/tagger-legacy.pt", FileKind.PyTorch)]
    [InlineData("PyTorch/tagger-legacy-protocol5.pt", FileKind.PyTorch)]
    [InlineData("PyTorch/whole-module.pt", FileKind.PyTorch)]
    [InlineData("PyTorch/tagger.safetensors", FileKind.SafeTensors)]
    [InlineData("keras/lstm.keras", FileKind.Keras)]
    [InlineData("keras/sequential2.h5", FileKind.Keras)]
    [InlineData("onnx_node/test_lstm_defaults/model.onnx", FileKind.Onnx)]
    [InlineData("rtneural/lstm.json", FileKind.RTNeural)]
    [InlineData("rtneural/lstm_torch.json", FileKind.RTNeural)]
    [InlineData("PyTorch/generate.py", FileKind.Unknown)]
    public void The_content_tells_the_kind_whatever_the_name(string file, FileKind expected)
    {
        string path = _folder.File("model.elman");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Fixtures", file), path);
        Assert.Equal(expected, FileKinds.Detect(path));
    }

    [Fact]
    public void Elmans_own_files_are_told_from_other_safetensors()
    {
        NetworkFile.Save(_folder.File("net.pt"), new Linear(2, 3, new RandomStream(1)));
        Assert.Equal(FileKind.Elman, FileKinds.Detect(_folder.File("net.pt")));
        Assert.Equal(FileKind.Unknown, FileKinds.Detect(_folder.Write("empty", "")));
        Assert.Equal(FileKind.Unknown, FileKinds.Detect(_folder.Write("list.json", "[1, 2]")));
        Assert.Equal(FileKind.Unknown, FileKinds.Detect(_folder.Write("object.json", "{\"epochs\": 3}")));
        Assert.Contains("cut off", Assert.Throws<ElmanException>(() => FileKinds.Detect(_folder.Write("cut.pt", "PK\u0003\u0004 and no more"))).Message);
    }
}
