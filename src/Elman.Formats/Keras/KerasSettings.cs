using System.Globalization;
using System.Text.Json;

namespace Elman.Formats;

/// <summary>The settings of a layer. Every key is asked for by whoever honours it, known to change no output, or refused by name.</summary>
internal sealed class KerasSettings
{
    private const int LargestSize = 1 << 24;

    /// <summary>What says how weights began and were trained, and what the layer is called.</summary>
    private static readonly string[] OfNoConcern =
    [
        "name", "trainable", "dtype", "batch_input_shape", "batch_shape", "input_dtype", "seed", "activity_regularizer", "quantization_config",
        "kernel_initializer", "recurrent_initializer", "bias_initializer", "embeddings_initializer", "beta_initializer", "gamma_initializer",
        "kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "embeddings_regularizer", "beta_regularizer", "gamma_regularizer",
        "kernel_constraint", "recurrent_constraint", "bias_constraint", "embeddings_constraint", "beta_constraint", "gamma_constraint",
    ];

    /// <summary>What Keras 1 said of how weights began and were trained.</summary>
    private static readonly string[] OldNotes =
        ["init", "inner_init", "forget_bias_init", "W_regularizer", "U_regularizer", "b_regularizer", "W_constraint", "b_constraint", "input_dim", "input_length", "consume_less"];

    private readonly KerasVersion _version;
    private readonly StrictFields _fields;

    public KerasSettings(KerasLayer layer, KerasVersion version)
    {
        (Layer, _version, _fields) = (layer, version, new StrictFields(layer.Config, layer.ToString()));
        Ignore(OfNoConcern);
        if (version.Major == 1 && layer.Class != "Embedding") Ignore(OldNotes);
    }

    public KerasLayer Layer { get; }

    /// <summary>Keys that change no output.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (string name in names) _fields.Has(name);
    }

    public int Size(string name) => _fields.Whole(name, 1, LargestSize);

    public bool Flag(string name, bool? byDefault = null) => _fields.Flag(name, byDefault);

    public float Number(string name, float? byDefault = null) => _fields.Number(name, byDefault);

    /// <summary>A share of values that are dropped in training.</summary>
    public float Rate(string name, float? byDefault = null)
    {
        float rate = Number(name, byDefault);
        return rate is >= 0 and < 1 ? rate : throw new ElmanException(string.Create(CultureInfo.InvariantCulture, $"{Layer}: '{name}' is {rate}, expected at least 0 and below 1"));
    }

    public string Text(string name, string? byDefault = null) => !_fields.Has(name) && byDefault is not null ? byDefault : _fields.Text(name);

    /// <summary>Whether the key is there with a value other than null.</summary>
    public bool Has(string name) => _fields.Has(name) && Layer.Config.GetProperty(name).ValueKind != JsonValueKind.Null;

    /// <summary>Refuses a flag that is set.</summary>
    public void Unset(string name, string why)
    {
        if (Flag(name, false)) throw new ElmanException($"{Layer}: '{name}' is true; {why}");
    }

    /// <summary>The layer inside, of a wrapper.</summary>
    public KerasLayer Inner(string name)
    {
        _fields.Has(name);
        return KerasLayer.Of(Layer.Config.Required(Layer.ToString(), name, JsonValueKind.Object), $"{Layer}, '{name}'");
    }

    /// <summary>An elementwise activation.</summary>
    public Activation Activation(string key, string? byDefault = null) => Function(Text(key, byDefault)) ?? throw Unknown(key);

    /// <summary>The module of an activation; null for the linear one.</summary>
    public Module? ActivationModule(string key, string? byDefault = null) => Text(key, byDefault) switch
    {
        "softmax" => new Softmax(),
        "log_softmax" => new Softmax(log: true),
        string name => Function(name) is not { } function ? throw Unknown(key) : function == Elman.Activation.Identity ? null : new Activate(function),
    };

    /// <summary>Refuses settings that nobody asked for.</summary>
    public void Finish() => _fields.Finish();

    private Activation? Function(string name) => name switch
    {
        "linear" => Elman.Activation.Identity,
        "tanh" => Elman.Activation.Tanh,
        "sigmoid" => Elman.Activation.Sigmoid,
        "hard_sigmoid" => _version.HardSigmoid,
        "relu" => Elman.Activation.Relu,
        "leaky_relu" => Elman.Activation.LeakyRelu(0.2f),
        "elu" => Elman.Activation.Elu(),
        "softplus" => Elman.Activation.Softplus,
        "softsign" => Elman.Activation.Softsign,
        _ => null,
    };

    private ElmanException Unknown(string key) => new(
        $"{Layer}: '{key}' is {SafeTensorsHeader.Quote(Text(key))}; known are linear, tanh, sigmoid, hard_sigmoid, relu, leaky_relu, elu, softplus, softsign, and for whole layers softmax and log_softmax");
}
