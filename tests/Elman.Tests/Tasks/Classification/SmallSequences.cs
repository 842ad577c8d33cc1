namespace Elman.Tests.Tasks.Classification;

/// <summary>Sequences whose label follows from them.</summary>
internal static class SmallSequences
{
    public static readonly ClassifierOptions Quick = new()
    {
        Input = new SequenceInputOptions { Filters = 8, Convolutions = 1, WordSize = 12, CharacterSize = 6 },
        Encoder = new EncoderOptions { Cell = "gru", Hidden = 8, Direction = Direction.Both, Dropout = 0, Pooling = Pooling.MeanMax },
        LabelSmoothing = 0,
        HeldOut = new HeldOut { Refit = "off" },
        Training = new ClassifierOptions().Training with { LearningRate = 0.02, Epochs = 4, TimeLimit = null },
    };

    /// <summary>Two features of noise and a wave: rising, falling or flat in the first; lengths differ.</summary>
    public static Example<Sequence, string>[] Waves(int count, ulong seed)
    {
        RandomStream random = new(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int length = 5 + random.NextInt(20), kind = i % 3;
            float[] values = new float[2 * length];
            for (int t = 0; t < length; t++)
            {
                values[2 * t] = 0.3f * random.NextNormal() + (kind == 0 ? t : kind == 1 ? -t : 0) / 5f;
                values[2 * t + 1] = random.NextNormal();
            }
            return new Example<Sequence, string>(Sequence.Of(values, 2), kind == 0 ? "up" : kind == 1 ? "down" : "flat");
        })];
    }

    /// <summary>A sentence about food, weather, or both.</summary>
    public static Example<Sequence, string>[] Texts(int count, ulong seed, string separator = "")
    {
        RandomStream random = new(seed);
        string[] food = ["bread", "cheese", "apples", "soup"], weather = ["rain", "sun", "snow", "wind"], rest = ["we", "like", "some", "the", "today"];
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            int kind = random.NextInt(separator.Length > 0 ? 3 : 2);
            string Word(string[] of) => of[random.NextInt(of.Length)];
            string text = $"{Word(rest)} {Word(rest)} {(kind == 0 ? Word(food) : kind == 1 ? Word(weather) : $"{Word(food)} {Word(weather)}")} {Word(rest)}";
            return new Example<Sequence, string>(Sequence.Of(text), kind == 0 ? "food" : kind == 1 ? "weather" : $"food{separator}weather");
        })];
    }
}
