"""The tutorial's second and third model in Keras, on one thread; our own writing of its formulas."""

import keras
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)

FACTORS = 50


def _rows(index, count, width):
    table = keras.layers.Embedding(
        count,
        width,
        embeddings_initializer="he_normal",
        embeddings_regularizer=keras.regularizers.L2(1e-6),
    )
    return keras.layers.Reshape((width,))(table(index))


def _scaled(score, minimum, maximum):
    share = keras.layers.Activation("sigmoid")(score)
    return keras.layers.Rescaling(maximum - minimum, offset=minimum)(share)


def _compiled(user, item, rating):
    model = keras.Model(inputs=[user, item], outputs=rating)
    # Keras' Adam at its defaults. Compiled by XLA and with many batches a call, an epoch took less
    # than half the processor time that it takes with Keras' own settings, which the tutorial uses.
    model.compile(
        loss="mean_squared_error",
        optimizer=keras.optimizers.Adam(learning_rate=0.001),
        jit_compile=True,
        steps_per_execution=32,
    )
    return model


def biased_dot(users, items, minimum, maximum):
    """V2: scale(p_u . q_i + b_u + c_i), with the penalty on factors and biases."""
    user, item = keras.Input(shape=(1,), dtype="int32"), keras.Input(shape=(1,), dtype="int32")
    product = keras.layers.Dot(axes=1)([_rows(user, users, FACTORS), _rows(item, items, FACTORS)])
    score = keras.layers.Add()([product, _rows(user, users, 1), _rows(item, items, 1)])
    return _compiled(user, item, _scaled(score, minimum, maximum))


def neural(users, items, minimum, maximum):
    """V3: a hidden layer of ten over both rows of factors, with dropout before and after it."""
    user, item = keras.Input(shape=(1,), dtype="int32"), keras.Input(shape=(1,), dtype="int32")
    both = keras.layers.Concatenate()([_rows(user, users, FACTORS), _rows(item, items, FACTORS)])
    hidden = keras.layers.Dense(10, activation="relu", kernel_initializer="he_normal")(
        keras.layers.Dropout(0.05)(both)
    )
    score = keras.layers.Dense(1, kernel_initializer="he_normal")(keras.layers.Dropout(0.5)(hidden))
    return _compiled(user, item, _scaled(score, minimum, maximum))
