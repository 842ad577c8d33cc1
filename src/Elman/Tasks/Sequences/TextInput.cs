using System.Text.Json;

namespace Elman;

/// <summary>Texts, cut into words, characters or bytes of which the training's are known.</summary>
internal sealed class TextInput : SequenceInput
{
    public const string KindName = "text";

    private const int MostSize = 1 << 16;

    private readonly string _unit;
    private readonly Vocabulary _tokens;
    private readonly Vocabulary? _characters;
    private readonly int _size, _characterSize;
    private readonly float _dropout;

    private TextInput(string unit, Vocabulary tokens, Vocabulary? characters, int size, int characterSize, float dropout) =>
        (_unit, _tokens, _characters, _size, _characterSize, _dropout) = (unit, tokens, characters, size, characterSize, dropout);

    public override string Kind => KindName;

    public override int StepSize => _size + (_characters is null ? 0 : (_characterSize + 1) / 2 * 2);

    private TextUnit Unit => _unit switch
    {
        "characters" => TextUnit.Character,
        "bytes" => TextUnit.Byte,
        _ => TextUnit.Word,
    };

    public static TextInput Of(IReadOnlyList<Sequence> training, SequenceInputOptions options)
    {
        TextInput blank = new(options.Unit, Vocabulary.Build([]), null, options.WordSize, options.CharacterSize, (float)options.WordDropout);
        IReadOnlyList<string>[] tokens = [.. training.Select(blank.TokensOf)];
        Vocabulary known = Vocabulary.Build(tokens.SelectMany(text => text.Select(TokenEncoder.Normalized)), options.MinCount);
        Vocabulary? characters = options.Unit == "both" ? Vocabulary.Build(tokens.SelectMany(text => text).SelectMany(token => Tokens.Of(token, TextUnit.Character))) : null;
        return new TextInput(options.Unit, known, characters, options.WordSize, options.CharacterSize, (float)options.WordDropout);
    }

    public static TextInput Read(StrictFields fields) => new(
        fields.Text("unit"), fields.Value("tokens", json => Vocabulary.Read(json)), fields.Has("characters") ? fields.Value("characters", json => Vocabulary.Read(json)) : null,
        fields.Whole("size", 1, MostSize), fields.Whole("character_size", 2, MostSize), fields.Number("dropout"));

    public override Module Front(RandomStream random) => new TokenEncoder(_tokens, _size, random, _characters, _characterSize, _dropout);

    public override int LengthOf(Sequence sequence) => Unit == TextUnit.Word ? sequence.Length / 6 : sequence.Length;

    public override (Tensor Steps, int[] Lengths) Forward(Module front, IReadOnlyList<Sequence> batch) => ((TokenEncoder)front).Forward([.. batch.Select(TokensOf)]);

    public override void Check(Sequence sequence)
    {
        if (sequence.Text is null) throw new ElmanException("the model reads texts, time steps of values came; give it texts like those that it was trained on");
    }

    protected override void WriteFields(Utf8JsonWriter json)
    {
        json.WriteString("unit", _unit);
        json.WritePropertyName("tokens");
        _tokens.Write(json);
        if (_characters is not null)
        {
            json.WritePropertyName("characters");
            _characters.Write(json);
        }
        json.WriteNumber("size", _size);
        json.WriteNumber("character_size", _characterSize);
        json.WriteNumber("dropout", _dropout);
    }

    private IReadOnlyList<string> TokensOf(Sequence sequence) => Tokens.Of(sequence.Text!, Unit);
}
