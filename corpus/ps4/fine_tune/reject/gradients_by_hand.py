# says: did not come from training steps of the model
def fine_tune(model, train_gen, val_gen, initial_epoch, epochs):
    history = tf.keras.callbacks.History()
    history.epoch, history.history = list(range(initial_epoch, epochs)), {"loss": [], "val_loss": []}
    for epoch in history.epoch:
        for i in range(len(train_gen)):
            X, y = train_gen[i]
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.keras.losses.sparse_categorical_crossentropy(y, model(X, training=True)))
            model.optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        history.history["loss"].append(float(loss))
        history.history["val_loss"].append(float(model.evaluate(val_gen, verbose=0)[0]))
    return history
